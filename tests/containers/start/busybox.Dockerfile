# As Alpine is: one busybox, musl's loader, and programs linked to it. Debian's busybox has no adduser.
FROM scratch
COPY busybox /bin/
COPY ld-musl-x86_64.so.1 /lib/
COPY who-musl /bin/
COPY --from=drop-init /drop-init /sbin/
RUN ["/bin/busybox", "sh", "-c", "/bin/busybox --install -s /bin && echo app:x:1000:1000::/home/app:/bin/sh >/etc/passwd && echo app:x:1000: >/etc/group"]
ENTRYPOINT ["drop-init"]
