FROM debian:bookworm
COPY --from=drop-init /drop-init /sbin/
COPY who /usr/bin/
RUN useradd --uid 1000 --create-home app
ENTRYPOINT ["drop-init"]
