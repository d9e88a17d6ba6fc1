FROM debian:bookworm
COPY forge gitea /usr/local/bin/
