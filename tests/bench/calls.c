/* calls: nanoseconds of system calls under whatever filter there is, a line each: "getppid 45.1".
 *
 * Each is called as cheaply as it can be and through the kernel (clock_gettime(2) has a vDSO else):
 * what is given is wrong, or nothing, or comes back at once. A number is the median of many short
 * series, so that what else the machine does falls out.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define SERIES 101
#define COUNT  1000 /* calls of a series */

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static void measure(const char *name, int count, long number, long first, long second, long third)
{
	double series[SERIES];

	for (int s = 0; s < SERIES; s++) {
		double begin = now_ns();

		for (int i = 0; i < count; i++)
			syscall(number, first, second, third, 0, 0);
		series[s] = (now_ns() - begin) / count;
	}
	qsort(series, SERIES, sizeof(*series), compare);
	printf("%s %.1f\n", name, series[SERIES / 2]);
}

int main(void)
{
	const int null = open("/dev/null", O_RDWR);
	static char byte;
	static uint32_t word;
	static struct timespec time;

	measure("getppid", COUNT, SYS_getppid, 0, 0, 0);
	measure("read", COUNT, SYS_read, null, (long)&byte, 1);
	measure("write", COUNT, SYS_write, null, (long)&byte, 1);
	measure("clock_gettime", COUNT, SYS_clock_gettime, CLOCK_MONOTONIC, (long)&time, 0);
	measure("futex", COUNT, SYS_futex, (long)&word, 1 /* FUTEX_WAKE */, 1);
	measure("ioctl", COUNT, SYS_ioctl, -1, 0, 0);
	measure("socket", COUNT, SYS_socket, 2 /* AF_INET */, -1, 6 /* IPPROTO_TCP */);
	measure("prlimit64", COUNT, SYS_prlimit64, 0, -1, 0);
	measure("mount", 50, SYS_mount, 0, 0,
		0); /* refused by both filters, and without by the kernel */
	return 0;
}
