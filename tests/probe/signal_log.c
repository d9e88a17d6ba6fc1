/* signal_log [COUNT]: say "ready", then each signal that arrives, in order and with its value where
 * one was queued; end after COUNT, or without it at QUIT. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	const int count = argc > 1 ? atoi(argv[1]) : 1000000;
	siginfo_t info;
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	setvbuf(stdout, NULL, _IOLBF, 0);
	puts("ready");
	for (int i = 0; i < count; i++) {
		if (sigwaitinfo(&all, &info) < 0)
			continue;
		if (info.si_code == SI_QUEUE)
			printf("%d value %d\n", info.si_signo, info.si_value.sival_int);
		else
			printf("%d\n", info.si_signo);
		if (argc < 2 && info.si_signo == SIGQUIT)
			return 0;
	}
	return 0;
}
