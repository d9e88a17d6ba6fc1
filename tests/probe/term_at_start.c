/* term_at_start COUNT[:SIGNAL] INIT...: how many of these signals (TERM), sent the moment that the
 * init's child appears, are lost? The command that INIT runs has to be one that it ends. With
 * COUNT[:SIGNAL[:DELAY]] so many microseconds later. After five it gives up. */
#include "tests/probe/pidns.h"

static int number = SIGTERM, delay_us;

static int term_is_lost(char **argv)
{
	const pid_t init = pidns_start(argv);
	const uint64_t end = now_ns() + 5000000000;
	int status;

	while (!first_child(init)) {
		if (now_ns() > end)
			fail("no child appeared");
	}
	for (const uint64_t then = now_ns() + (uint64_t)delay_us * 1000; now_ns() < then;)
		;
	kill(init, number);
	status = wait_ms(init, 5000); /* on a busy machine a second is short */
	if (status >= 0)
		return status != (128 + number) << 8;
	kill(init, SIGKILL);
	waitpid(init, &status, 0);
	return 1;
}

int main(int argc, char **argv)
{
	int count = 0, lost = 0, sent = 0;

	if (argc < 3 || sscanf(argv[1], "%d:%d:%d", &count, &number, &delay_us) < 1)
		return 2;

	for (; sent < count && lost < ENOUGH_LOST; sent++)
		lost += term_is_lost(argv + 2);
	printf("%d of %d lost\n", lost, sent);
	return lost != 0;
}
