/* broker_linger SECONDS: as a command with --allow-port 80, let the broker's close(2) of a socket
 * that it has looked at be the last one, and wait for SECONDS: SO_LINGER, and a peer that reads
 * nothing. Says "lingers" once a bind(2) has been waiting for half a second, then each signal that
 * comes, and ends at TERM with 7. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define BINDERS 16

static int seconds;

static void fail(const char *what)
{
	perror(what);
	exit(2);
}

static void sleep_ms(long milliseconds)
{
	const struct timespec time = { milliseconds / 1000, milliseconds % 1000 * 1000000 };

	nanosleep(&time, NULL);
}

static struct sockaddr_in address(int port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET,
				     .sin_port = htons((in_port_t)port),
				     .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

static int server_open(void)
{
	const struct sockaddr_in here = address(8080);
	const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (const struct sockaddr *)&here, sizeof(here)) || listen(fd, 4096))
		fail("server");
	return fd;
}

/* Connected, full of what nobody reads, and in no hurry to be closed. */
static int full_socket(void)
{
	static const char data[1 << 16];
	const struct sockaddr_in there = address(8080);
	const struct linger linger = { 1, seconds };
	const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || connect(fd, (const struct sockaddr *)&there, sizeof(there)) ||
	    setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger)))
		fail("client");
	while (send(fd, data, sizeof(data), MSG_DONTWAIT) > 0)
		;
	return fd;
}

/* For ever (EINVAL, as it is connected), until the kernel kills it: nothing that it asks of PID 1
 * itself decides about the moment. */
static pid_t binder_start(unsigned lifetime_us)
{
	const struct itimerval lifetime = { .it_value = { .tv_usec = lifetime_us } };
	const struct sockaddr_in low = address(80);
	const pid_t pid = fork();
	int fd;

	if (pid < 0)
		fail("fork");
	if (pid)
		return pid;
	fd = full_socket();
	sigprocmask(SIG_SETMASK, &(sigset_t){ 0 }, NULL);
	setitimer(ITIMER_REAL, &lifetime, NULL);
	for (;;)
		(void)bind(fd, (const struct sockaddr *)&low, sizeof(low));
}

/* The broker works off a queue of binds, and whoever's turn it is is killed: a process that ends
 * lingers for nothing, but the broker has that socket as well. */
static void binders_run(void)
{
	pid_t binders[BINDERS];

	for (int i = 0; i < BINDERS; i++)
		binders[i] = binder_start(10000 + (unsigned)random() % 10000);
	for (int i = 0; i < BINDERS; i++)
		waitpid(binders[i], NULL, 0);
}

static bool bind_waits(void)
{
	const struct sockaddr_in low = address(80);
	const pid_t pid = fork();

	if (pid < 0)
		fail("fork");
	if (!pid) {
		const int fd = socket(AF_INET, SOCK_STREAM, 0);

		_exit(bind(fd, (const struct sockaddr *)&low, sizeof(low)) ? errno : 0);
	}
	for (int i = 0; i < 50; i++) {
		if (waitpid(pid, NULL, WNOHANG) == pid)
			return false;
		sleep_ms(10);
	}
	return true;
}

int main(int argc, char **argv)
{
	sigset_t all;
	int number;

	seconds = argc > 1 ? atoi(argv[1]) : 20;
	setvbuf(stdout, NULL, _IOLBF, 0);
	(void)server_open(); /* cppcheck-suppress leakReturnValNotUsed ; it listens until we end */
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	do
		binders_run();
	while (!bind_waits());
	puts("lingers");
	while (sigwait(&all, &number) == 0) {
		if (number == SIGCHLD)
			continue;
		printf("signal %d\n", number);
		if (number == SIGTERM)
			return 7;
	}
	return 0;
}
