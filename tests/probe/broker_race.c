/* broker_race address|descriptor|length SECONDS: change what bind(2) was called with while it is
 * being looked at. Prints what was ever bound below port 1024, and how often bind(2) returned what.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define SLOT 100 /* the descriptor that bind(2) is called with */

static struct sockaddr_in address = { .sin_family = AF_INET };
static atomic_bool done;
static const char *mode;
static int stream, datagram;

static void *flip(void *unused)
{
	volatile in_port_t *port = &address.sin_port;
	volatile sa_family_t *family = &address.sin_family;

	(void)unused;
	while (!atomic_load(&done)) {
		if (strcmp(mode, "address") == 0) {
			*port = htons(81);
			*family = AF_INET6;
			*port = htons(80);
			*family = AF_INET;
		} else if (strcmp(mode, "descriptor") == 0) {
			dup2(datagram, SLOT);
			dup2(stream, SLOT);
		}
	}
	return NULL;
}

/* What a socket is bound to, if that is a privileged port: its type and port. Of a duplicate, for
 * the descriptor itself may become another socket between two looks. */
static void look(int number, bool seen[2][1024])
{
	int fd = dup(number);
	struct sockaddr_in got = { 0 };
	socklen_t length = sizeof(got);
	int type = 0;
	socklen_t size = sizeof(type);

	if (!getsockname(fd, (struct sockaddr *)&got, &length) && ntohs(got.sin_port) < 1024 &&
	    !getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size))
		seen[type == SOCK_DGRAM][ntohs(got.sin_port)] = true;
	close(fd);
}

int main(int argc, char **argv)
{
	static bool seen[2][1024];
	unsigned bound = 0, refused = 0, other = 0;
	time_t end = time(NULL) + (argc > 2 ? atoi(argv[2]) : 1);
	pthread_t thread;

	mode = argc > 1 ? argv[1] : "address";
	address.sin_port = htons(80);
	stream = socket(AF_INET, SOCK_STREAM, 0);
	datagram = socket(AF_INET, SOCK_DGRAM, 0);
	pthread_create(&thread, NULL, flip, NULL);
	while (time(NULL) < end) {
		int fd = SLOT;

		if (strcmp(mode, "descriptor") != 0)
			dup2(socket(AF_INET, SOCK_STREAM, 0), SLOT);
		if (bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
			bound++;
		else if (errno == EACCES)
			refused++;
		else
			other++;
		look(SLOT, seen);
		look(stream, seen);
		look(datagram, seen);
		for (int i = 3; i <= SLOT && strcmp(mode, "descriptor") != 0; i++) {
			if (i != stream && i != datagram)
				close(i);
		}
	}
	atomic_store(&done, true);
	pthread_join(thread, NULL);
	for (int udp = 0; udp < 2; udp++) {
		for (int port = 1; port < 1024; port++) {
			if (seen[udp][port])
				printf("%s %d\n", udp ? "udp" : "tcp", port);
		}
	}
	fprintf(stderr, "%u bound, %u refused, %u other\n", bound, refused, other);
	return 0;
}
