/* What PID 1 does with notifications: the kernel, the caller's memory and its /proc are the input.
 *
 * Each of the kernel's answers may be wrong, late, or another process's by now. Whatever they are,
 * only a listed port is ever bound, and only a call that the kernel judges again carries on. The
 * system calls of request.c and broker_*.c are linked with --wrap. */
#include "fuzz.h"
#include "init/unotify/server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/xattr.h>
#include <unistd.h>

#define LISTENER  1000
#define FREE_FROM 1024
#define ROUNDS	  8
#define MADE	  (REPORT_BINDS | REPORT_STREAMS | REPORT_DATAGRAMS)

static struct fuzz_input input;
static struct server server;
static struct record record;
static struct denials denials;
static const struct port ports[] = { { 80, false }, { 53, true }, { 443, false } };

int __wrap_ioctl(int fd, unsigned long request, ...);
long __wrap_syscall(long number, ...);
ssize_t __wrap_process_vm_readv(pid_t pid, const struct iovec *local, unsigned long count,
				const struct iovec *remote, unsigned long remote_count,
				unsigned long flags);
int __wrap_open(const char *path, int flags, ...);
int __real_open(const char *path, int flags, ...);
int __wrap_stat(const char *path, struct stat *status);
int __real_stat(const char *path, struct stat *status);
int __real_ioctl(int fd, unsigned long request, ...);
int __real_getsockopt(int fd, int level, int name, void *value, socklen_t *size);
ssize_t __wrap_getxattr(const char *path, const char *name, void *value, size_t size);
int __wrap_getsockopt(int fd, int level, int name, void *value, socklen_t *size);
int __wrap_bind(int fd, const struct sockaddr *address, socklen_t length);

/* 0, or one of the errors that the kernel may have. */
static int outcome(void)
{
	static const int errors[] = { EPERM, ENOENT, EBADF, EINVAL, EAGAIN, ESRCH, EFAULT, EINTR };
	const uint32_t pick = fuzz_number(&input, 24);

	if (pick >= sizeof(errors) / sizeof(*errors))
		return 0;
	errno = errors[pick];
	return -1;
}

static void notification_make(struct seccomp_notif *notif)
{
	static const int calls[] = { SYS_bind, SYS_socket, SYS_clone, SYS_ioctl };
	uint32_t pick = fuzz_number(&input, 8);

	/* the kernel insists on zeroes */
	for (size_t i = 0; i < sizeof(*notif); i++)
		FUZZ_ASSERT(((char *)notif)[i] == 0);
	fuzz_take(&input, notif, sizeof(*notif));
	if (pick < sizeof(calls) / sizeof(*calls)) {
		notif->data.nr = calls[pick];
		notif->data.arch = FILTER_ARCH;
	}
	if (pick == 0)
		notif->data.args[2] %= 160;
	if (pick == 1) {
		notif->data.args[0] = notif->data.args[0] & 1 ? AF_INET : AF_INET6;
		notif->data.args[1] = 1 + (notif->data.args[1] & 1);
		notif->data.args[2] = 0;
	}
}

static void answer_assert(const struct seccomp_notif_resp *response)
{
	const bool carries_on = response->flags == SECCOMP_USER_NOTIF_FLAG_CONTINUE;

	FUZZ_ASSERT(carries_on || !response->flags);
	FUZZ_ASSERT(!carries_on || !response->error); /* the kernel would refuse it */
	FUZZ_ASSERT(response->val == 0 && response->error <= 0);
	if (!(server.reports & (REPORT_BINDS | REPORT_CALLS)))
		FUZZ_ASSERT(!carries_on &&
			    (response->error == -EPERM || response->error == -ENOSYS));
}

int __wrap_ioctl(int fd, unsigned long request, ...)
{
	va_list arguments;
	void *argument;

	va_start(arguments, request);
	argument = va_arg(arguments, void *);
	va_end(arguments);
	if (!fuzz_is_running())
		return __real_ioctl(fd, request, argument);
	FUZZ_ASSERT(fd == LISTENER);
	if (request == SECCOMP_IOCTL_NOTIF_SEND)
		answer_assert(argument);
	if (outcome())
		return -1;
	if (request == SECCOMP_IOCTL_NOTIF_RECV)
		notification_make(argument);
	return 0;
}

/* pidfd_open, pidfd_getfd: any number will do, as nothing here looks at what it is. */
long __wrap_syscall(long number, ...)
{
	if (number == SYS_pwritev2)
		return 1; /* a message, where standard error is a pipe */
	FUZZ_ASSERT(number == SYS_pidfd_open || number == SYS_pidfd_getfd);
	return outcome() ? -1 : dup(STDERR_FILENO);
}

ssize_t __wrap_process_vm_readv(pid_t pid, const struct iovec *local, unsigned long count,
				const struct iovec *remote, unsigned long remote_count,
				unsigned long flags)
{
	static const in_port_t usual[] = { 80, 53, 443, 22, 0, 1023, 1024 };
	const uint32_t pick = fuzz_number(&input, 12);
	struct sockaddr_in in;

	(void)pid;
	FUZZ_ASSERT(count == 1 && remote_count == 1 && !flags);
	FUZZ_ASSERT(local->iov_len == remote->iov_len);
	if (outcome())
		return -1;
	fuzz_take(&input, local->iov_base, local->iov_len);
	if (local->iov_len >= sizeof(in) && pick < sizeof(usual) / sizeof(*usual)) {
		memcpy(&in, local->iov_base, sizeof(in));
		in.sin_family = pick & 1 ? AF_INET6 : AF_INET;
		in.sin_port = htons(usual[pick]);
		memcpy(local->iov_base, &in, sizeof(in));
	}
	return (ssize_t)(fuzz_number(&input, 8) ? local->iov_len : local->iov_len / 2);
}

int __wrap_open(const char *path, int flags, ...)
{
	static const char *const usual[] = { "flags:\t02000002\n", "Name:\tx\nTgid:\t12\n",
					     "sh\n" };
	uint32_t pick;
	char text[96];

	if (!fuzz_is_running())
		return __real_open(path, flags, 0600);
	pick = fuzz_number(&input, 6);
	FUZZ_ASSERT(!strncmp(path, "/proc/", 6) && flags & O_CLOEXEC);
	if (!strncmp(path, "/proc/0/", 8)) { /* a caller whom our PID namespace does not see */
		errno = ENOENT;
		return -1;
	}
	if (outcome())
		return -1;
	if (pick < sizeof(usual) / sizeof(*usual))
		return fuzz_file(usual[pick], strlen(usual[pick]));
	fuzz_take(&input, text, sizeof(text));
	return fuzz_file(text, sizeof(text));
}

int __wrap_stat(const char *path, struct stat *status)
{
	if (!fuzz_is_running())
		return __real_stat(path, status);
	FUZZ_ASSERT(!strncmp(path, "/proc/", 6));
	if (outcome())
		return -1;
	memset(status, 0, sizeof(*status));
	status->st_mode = fuzz_number(&input, 4) ? S_IFSOCK | 0777 : S_IFREG;
	status->st_ino = fuzz_number(&input, 100);
	if (status->st_ino < ROUNDS && server.broker.made[status->st_ino].fd)
		status->st_ino = server.broker.made[status->st_ino].inode;
	if (strstr(path, "/ns/net") && status->st_ino % 4)
		status->st_ino = server.broker.namespace;
	return 0;
}

ssize_t __wrap_getxattr(const char *path, const char *name, void *value, size_t size)
{
	static const char *const names[] = { "TCP", "TCPv6", "UDP", "MPTCP", "UNIX" };
	const uint32_t pick = fuzz_number(&input, 6);

	FUZZ_ASSERT(!strncmp(path, "/proc/", 6) && !strcmp(name, "system.sockprotoname"));
	if (outcome())
		return -1;
	if (pick < sizeof(names) / sizeof(*names)) {
		memcpy(value, names[pick], strlen(names[pick]) + 1);
		return (ssize_t)strlen(names[pick]) + 1;
	}
	fuzz_take(&input, value, size);
	return (ssize_t)size;
}

static int answered_type, answered_protocol; /* of the socket that was asked about last */

int __wrap_getsockopt(int fd, int level, int name, void *value, socklen_t *size)
{
	static const int types[] = { SOCK_STREAM, SOCK_DGRAM, SOCK_RAW };
	static const int protocols[] = { IPPROTO_TCP, IPPROTO_UDP, IPPROTO_MPTCP, IPPROTO_SCTP };
	int number = (int)fuzz_number(&input, 4);

	if (server.broker.method == BROKER_MADE_SOCKET)
		return __real_getsockopt(fd, level, name, value, size);
	FUZZ_ASSERT(level == SOL_SOCKET && (*size == sizeof(number) || *size == 8));
	if (outcome())
		return -1;
	if (name == SO_TYPE)
		number = answered_type = types[number % 3];
	else if (name == SO_PROTOCOL)
		number = answered_protocol = protocols[number];
	else if (name == SO_DOMAIN)
		number = number ? number & 1 ? AF_INET : AF_INET6 : AF_UNIX;
	memset(value, 0, *size);
	memcpy(value, &number, sizeof(number));
	return 0;
}

/* The point of it all. */
int __wrap_bind(int fd, const struct sockaddr *address, socklen_t length)
{
	const struct sockaddr_in *in = (const struct sockaddr_in *)address;
	const bool own = server.broker.method == BROKER_OWN_SOCKET;
	int type = answered_type;
	socklen_t size = sizeof(type);
	bool listed = false;

	FUZZ_ASSERT(server.reports & REPORT_BINDS);
	FUZZ_ASSERT(length >= sizeof(*in) && length <= sizeof(struct sockaddr_storage));
	if (!own)
		FUZZ_ASSERT(!__real_getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size));
	for (size_t i = 0; i < sizeof(ports) / sizeof(*ports); i++)
		listed |= ports[i].number == ntohs(in->sin_port) &&
			  ports[i].udp == (type == SOCK_DGRAM);
	FUZZ_ASSERT(listed && ntohs(in->sin_port) < FREE_FROM);
	FUZZ_ASSERT(!own || answered_protocol != IPPROTO_SCTP);
	return outcome();
}

static void server_make(struct filter *profile, struct sock_filter *code)
{
	static const unsigned kinds[] = {
		REPORT_DENIALS, REPORT_BINDS | REPORT_DENIALS, MADE | REPORT_DENIALS,
		REPORT_CALLS,	REPORT_BINDS | REPORT_CALLS,   MADE | REPORT_CALLS
	};
	const uint32_t kind = fuzz_number(&input, 6);

	*profile = (struct filter){ .name = "fuzz", .program = { 6, code } };
	denials_open(&denials, profile);
	record = (struct record){ .lock = PTHREAD_MUTEX_INITIALIZER };
	server = (struct server){
		.listener = LISTENER,
		.record = &record,
		.reports = kinds[kind],
		.denials = &denials,
		.broker = { .method = kinds[kind] & REPORT_STREAMS ? BROKER_MADE_SOCKET
								   : BROKER_OWN_SOCKET,
			    .ports = { ports, sizeof(ports) / sizeof(*ports), FREE_FROM },
			    .cookie = 2,
			    .namespace = 3 },
	};
	if (server.broker.method == BROKER_MADE_SOCKET)
		server.broker.cookie = 0; /* they are real ones */
	FUZZ_ASSERT(!broker_start(&server.broker));
}

static void serve(void *unused)
{
	(void)unused;
	for (int i = 0; i < ROUNDS && server.listener == LISTENER; i++) {
		if (server.broker.events >= 0)
			broker_settle(&server.broker);
		(void)server_serve(&server, fuzz_number(&input, 20) ? POLLIN : POLLHUP);
	}
}

static int lowest_free(void)
{
	const int fd = dup(STDERR_FILENO);

	FUZZ_ASSERT(fd >= 0 && !close(fd));
	return fd;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const int free_before = lowest_free();
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, FILTER_NUMBER),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 300, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
	};
	struct filter profile;

	input = (struct fuzz_input){ data, size };
	server_make(&profile, code);
	fuzz_run(serve, NULL);
	FUZZ_ASSERT(denials.count <= DENIAL_MEMORY);
	denials_close(&denials);
	broker_close(&server.broker);
	FUZZ_ASSERT(lowest_free() == free_before); /* PID 1 lives long: nothing is left open */
	return 0;
}
