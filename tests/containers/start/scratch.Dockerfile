FROM scratch
COPY who /
COPY --from=drop-init /drop-init /
ENTRYPOINT ["/drop-init"]
