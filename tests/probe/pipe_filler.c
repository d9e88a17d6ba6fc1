/* pipe_filler: whenever there is room in standard error, a pipe, fill it at once. Says "ready";
 * TERM ends it with 3. */
#define RWF_NOW 8 /* RWF_NOWAIT */

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/uio.h>
#include <unistd.h>

static void *fill(void *unused)
{
	static char data[4096];
	const struct iovec page = { data, sizeof(data) };

	for (;;)
		(void)pwritev2(STDERR_FILENO, &page, 1, -1, RWF_NOW);
	return unused;
}

int main(void)
{
	pthread_t thread;
	sigset_t all;
	int number;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	if (pthread_create(&thread, NULL, fill, NULL))
		return 2;
	puts("ready");
	fflush(stdout);
	while (sigwait(&all, &number) == 0) {
		if (number == SIGTERM)
			return 3;
	}
	return 2;
}
