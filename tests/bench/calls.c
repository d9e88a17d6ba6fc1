/* calls: nanoseconds for system calls of three kinds, as "judged-by-number judged-by-argument
 * refused".
 *
 * getppid(2) is allowed whatever its arguments are, ioctl(2) (here on no descriptor) depends on
 * them, and mount(2) is refused: by a filter, or without one by the kernel. Each number is the
 * median of many short series, so that what else the machine does falls out.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define SERIES 101

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

static double measure(long number, long first, int count)
{
	double series[SERIES];

	for (int s = 0; s < SERIES; s++) {
		double begin = now_ns();

		for (int i = 0; i < count; i++)
			syscall(number, first, 0, 0, 0, 0);
		series[s] = (now_ns() - begin) / count;
	}
	qsort(series, SERIES, sizeof(*series), compare);
	return series[SERIES / 2];
}

int main(void)
{
	double number = measure(SYS_getppid, 0, 1000);
	double argument = measure(SYS_ioctl, -1, 1000);

	printf("%.1f %.1f %.1f\n", number, argument, measure(SYS_mount, 0, 50));
	return 0;
}
