/* The printf family for the static build, in place of musl's, which brings floating point: 11 KiB,
 * a twelfth of the binary, that nothing here can use. It knows the conversions c, d, i, u, x, o, s
 * and
 * %, the flags - and 0, width, precision (for s) and the lengths l, ll, z and j; anything else
 * aborts. Where libc is shared (STATIC=0) this file is empty. */
#ifdef STATIC_BUILD

#include <ctype.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

struct output {
	char *buffer;
	size_t size, length; /* length goes on counting where size has ended */
};

struct conversion {
	bool left, zero;
	int width, precision, longs;
};

static void put(struct output *output, char c)
{
	if (output->length + 1 < output->size)
		output->buffer[output->length] = c;
	output->length++;
}

static void put_padded(struct output *output, const struct conversion *conversion, const char *text,
		       size_t length)
{
	const size_t width = conversion->width > 0 ? (size_t)conversion->width : 0;
	const size_t padding = width > length ? width - length : 0;

	for (size_t i = 0; !conversion->left && i < padding; i++)
		put(output, conversion->zero ? '0' : ' ');
	for (size_t i = 0; i < length; i++)
		put(output, text[i]);
	for (size_t i = 0; conversion->left && i < padding; i++)
		put(output, ' ');
}

static void put_number(struct output *output, struct conversion *conversion, uint64_t value,
		       unsigned base, bool negative)
{
	char digits[24];
	char *at = digits + sizeof(digits);

	do
		*--at = "0123456789abcdef"[value % base];
	while (value /= base);
	if (negative)
		*--at = '-';
	put_padded(output, conversion, at, (size_t)(digits + sizeof(digits) - at));
}

/* The flags, width, precision and length that follow a %; returns where the conversion is. */
static const char *conversion_parse(const char *at, struct conversion *ret, va_list *arguments)
{
	*ret = (struct conversion){ .precision = -1 };
	for (; *at == '-' || *at == '0'; at++)
		*(*at == '-' ? &ret->left : &ret->zero) = true;
	if (*at == '*') {
		ret->width = va_arg(*arguments, int);
		at++;
	}
	for (; *at >= '0' && *at <= '9'; at++)
		ret->width = ret->width * 10 + (*at - '0');
	if (*at == '.') {
		ret->precision = 0;
		if (*++at == '*') {
			ret->precision = va_arg(*arguments, int);
			at++;
		}
		for (; *at >= '0' && *at <= '9'; at++)
			ret->precision = ret->precision * 10 + (*at - '0');
	}
	for (; *at == 'l' || *at == 'z' || *at == 'j'; at++)
		ret->longs++;
	return at;
}

static void convert_signed(struct output *output, struct conversion *conversion, va_list *arguments)
{
	const int64_t value =
		conversion->longs ? va_arg(*arguments, long) : va_arg(*arguments, int);

	put_number(output, conversion, value < 0 ? -(uint64_t)value : (uint64_t)value, 10,
		   value < 0);
}

static void convert(struct output *output, struct conversion *conversion, char kind,
		    va_list *arguments)
{
	const unsigned base = kind == 'x' ? 16 : kind == 'o' ? 8 : 10;
	const char *text;
	char c;

	switch (kind) {
	case 's':
		text = va_arg(*arguments, const char *);
		put_padded(output, conversion, text,
			   strnlen(text, conversion->precision < 0
						 ? SIZE_MAX
						 : (size_t)conversion->precision));
		break;
	case 'c':
		c = (char)va_arg(*arguments, int);
		put_padded(output, conversion, &c, 1);
		break;
	case 'd':
	case 'i':
		convert_signed(output, conversion, arguments);
		break;
	case 'u':
	case 'x':
	case 'o':
		put_number(output, conversion,
			   conversion->longs ? va_arg(*arguments, unsigned long)
					     : va_arg(*arguments, unsigned),
			   base, false);
		break;
	case '%':
		put(output, '%');
		break;
	default:
		abort(); /* a format of ours that nobody ever tried */
	}
}

int vsnprintf(char *restrict buffer, size_t size, const char *restrict format, va_list arguments)
{
	struct output output = { buffer, size, 0 };
	struct conversion conversion;
	va_list rest;

	va_copy(rest, arguments);
	for (; *format; format++) {
		if (*format != '%') {
			put(&output, *format);
			continue;
		}
		format = conversion_parse(format + 1, &conversion, &rest);
		convert(&output, &conversion, *format, &rest);
	}
	va_end(rest);
	if (size)
		buffer[output.length < size ? output.length : size - 1] = '\0';
	return output.length > INT_MAX ? -1 : (int)output.length;
}

/* What .ci/libcap-ng has libcap-ng call for strtoul(3), for the number in cap_last_cap. */
unsigned long capng_scan_number(const char *restrict text, char **restrict end, int base);

unsigned long capng_scan_number(const char *restrict text, char **restrict end, int base)
{
	unsigned long value = 0;

	(void)end, (void)base;
	for (; isdigit((unsigned char)*text); text++)
		value = value * 10 + (unsigned long)(*text - '0');
	return value;
}

/* musl looks up the vDSO's clock, which is 1 KiB of code for a clock that is asked a few times. Its
 * own name for it is what pthread_join(3) calls. */
int __clock_gettime(clockid_t clock, struct timespec *time);

int __clock_gettime(clockid_t clock, struct timespec *time)
{
	return (int)syscall(SYS_clock_gettime, clock, time);
}

int clock_gettime(clockid_t clock, struct timespec *time) __attribute__((alias("__clock_gettime")));

#endif
