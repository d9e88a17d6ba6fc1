# setcap runs in the image itself: Docker's older builder loses a file's capability in COPY --from.
FROM app
COPY --from=drop-init /drop-init /sbin/
COPY who /usr/bin/
RUN useradd --uid 1000 --create-home app && setcap cap_net_bind_service=p /sbin/drop-init
USER 1000:1000
ENTRYPOINT ["drop-init"]
