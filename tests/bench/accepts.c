/* accepts PORT COUNT: what a server's calls take. It binds PORT, accepts COUNT connections that
 * come one after another, and gives each the options that servers give: a line for each, "CALL NS",
 * the median. The client is a child of its own. */
#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static struct sockaddr_in address = { .sin_family = AF_INET };
static uint64_t *times;
static int count;

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static int compare(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static void say(const char *call)
{
	qsort(times, (size_t)count, sizeof(*times), compare);
	printf("%s %llu\n", call, (unsigned long long)times[count / 2]);
}

static int socket_make(void)
{
	const int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0)
		err(1, "socket");
	return fd;
}

static int bound_make(void)
{
	const int one = 1, fd = socket_make();

	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)))
		err(1, "SO_REUSEADDR");
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)))
		err(1, "bind");
	return fd;
}

static void measure_alone(void)
{
	for (int i = 0; i < count; i++) {
		const uint64_t begin = now_ns();
		const int fd = socket_make();

		times[i] = now_ns() - begin;
		close(fd);
	}
	say("socket");
	for (int i = 0; i < count; i++) {
		const int fd = socket_make();
		const uint64_t begin = now_ns();

		if (bind(fd, (const struct sockaddr *)&address, sizeof(address)))
			err(1, "bind");
		times[i] = now_ns() - begin;
		close(fd);
	}
	say("bind");
}

static void client(void)
{
	const struct linger reset = { 1, 0 };
	char byte;

	for (;;) {
		const int fd = socket_make();

		if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) ||
		    read(fd, &byte, 1) != 1)
			_exit(0);
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
		close(fd);
	}
}

static void measure_connections(void)
{
	const int one = 1, listener = bound_make();
	pid_t pid;

	if (listen(listener, 1000))
		err(1, "listen");
	pid = fork();
	if (pid == 0)
		client();
	for (int i = 0; i < count; i++) {
		const int fd = accept(listener, NULL, NULL);
		const uint64_t begin = now_ns();

		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof(one));
		times[i] = now_ns() - begin;
		if (write(fd, "x", 1) != 1)
			err(1, "write");
		close(fd);
	}
	say("setsockopt(TCP_NODELAY),setsockopt(SO_KEEPALIVE)");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

int main(int argc, char **argv)
{
	count = argc == 3 ? atoi(argv[2]) : 0;
	if (count < 1)
		errx(2, "usage: accepts PORT COUNT");
	address.sin_port = htons((in_port_t)atoi(argv[1]));
	times = calloc((size_t)count, sizeof(*times));
	if (!times)
		err(1, "calloc");
	measure_alone();
	measure_connections();
	return 0;
}
