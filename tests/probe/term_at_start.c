/* term_at_start COUNT INIT...: how many TERMs, sent the moment that the init's child appears, are
 * lost? The command that INIT runs has to be one that a TERM ends. After five it gives up. */
#include "tests/probe/pidns.h"

static int term_is_lost(char **argv)
{
	const pid_t init = pidns_start(argv);
	const uint64_t end = now_ns() + 5000000000;
	int status;

	while (!first_child(init)) {
		if (now_ns() > end)
			fail("no child appeared");
	}
	kill(init, SIGTERM);
	status = wait_ms(init, 1000);
	if (status >= 0)
		return status != 143 << 8;
	kill(init, SIGKILL);
	waitpid(init, &status, 0);
	return 1;
}

int main(int argc, char **argv)
{
	const int count = argc > 2 ? atoi(argv[1]) : 0;
	int lost = 0, sent = 0;

	for (; sent < count && lost < ENOUGH_LOST; sent++)
		lost += term_is_lost(argv + 2);
	printf("%d of %d lost\n", lost, sent);
	return lost != 0;
}
