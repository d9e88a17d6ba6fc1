/* The printf family for the static build, in place of musl's, which brings floating point: 11 KiB,
 * a twelfth of the binary, that nothing here can use. It knows the conversions c, d, i, u, x, o, s
 * and
 * %, the flags - and 0, width, precision (for s) and the lengths l, ll, z and j; anything else
 * aborts. And a strerror(3) without the reasons that no call of ours ever has, and an inet_ntop(3).
 * Where libc is shared (STATIC=0) this file is empty. */
#ifdef STATIC_BUILD

#include <arpa/inet.h>
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

/* musl's texts for what the calls of ours can return, which is less than half of those that it has.
 * Each is behind its number: that of asm-generic/errno.h, as on x86, ARM and RISC-V. */
/* clang-format off */
static const char reasons[] =
	"\001Operation not permitted\0"
	"\002No such file or directory\0"
	"\003No such process\0"
	"\004Interrupted system call\0"
	"\005I/O error\0"
	"\006No such device or address\0"
	"\007Argument list too long\0"
	"\010Exec format error\0"
	"\011Bad file descriptor\0"
	"\012No child process\0"
	"\013Resource temporarily unavailable\0"
	"\014Out of memory\0"
	"\015Permission denied\0"
	"\016Bad address\0"
	"\020Resource busy\0"
	"\021File exists\0"
	"\022Cross-device link\0"
	"\023No such device\0"
	"\024Not a directory\0"
	"\025Is a directory\0"
	"\026Invalid argument\0"
	"\027Too many open files in system\0"
	"\030No file descriptors available\0"
	"\031Not a tty\0"
	"\032Text file busy\0"
	"\033File too large\0"
	"\034No space left on device\0"
	"\035Invalid seek\0"
	"\036Read-only file system\0"
	"\037Too many links\0"
	"\040Broken pipe\0"
	"\044Filename too long\0"
	"\046Function not implemented\0"
	"\047Directory not empty\0"
	"\050Symbolic link loop\0"
	"\075No data available\0"
	"\113Value too large for data type\0"
	"\130Not a socket\0"
	"\134Protocol not available\0"
	"\135Protocol not supported\0"
	"\137Not supported\0"
	"\141Address family not supported by protocol\0"
	"\142Address in use\0"
	"\143Address not available\0"
	"\144Network is down\0"
	"\151No buffer space available\0"
	"\156Operation timed out\0"
	"\164Stale file handle\0"
	"\172Quota exceeded\0"
	"\203State not recoverable\0";
/* clang-format on */

char *strerror(int error)
{
	static char text[16];
	const char *at = reasons;

	while (*at && (unsigned char)*at != error)
		at += strlen(at) + 1;
	if (*at)
		return (char *)(uintptr_t)(at + 1); /* nobody writes to it */
	snprintf(text, sizeof(text), "error %d", error);
	return text;
}

/* Of the eight groups of an address, the longest run of zeros: where it begins; 8: there is none.
 * RFC 5952 */
static size_t zeros_find(const unsigned char *groups, size_t *ret_length)
{
	size_t start = 8;

	*ret_length = 1; /* a single one is written */
	for (size_t i = 0; i < 8; i++) {
		size_t length = 0;

		while (i + length < 8 && !(groups[2 * (i + length)] | groups[2 * (i + length) + 1]))
			length++;
		if (length > *ret_length) {
			start = i;
			*ret_length = length;
		}
	}
	return start;
}

/* In half the room of musl's, and always in hexadecimal where it is IPv6. */
const char *inet_ntop(int family, const void *restrict address, char *restrict text, socklen_t size)
{
	const unsigned char *bytes = address;
	size_t at = 0;
	size_t length, zeros;

	if (family == AF_INET) {
		snprintf(text, size, "%u.%u.%u.%u", bytes[0], bytes[1], bytes[2], bytes[3]);
		return text;
	}
	zeros = zeros_find(bytes, &length);
	for (size_t i = 0; i < 8 && at < size; i++) {
		if (i == zeros) {
			at += (size_t)snprintf(text + at, size - at, i + length == 8 ? "::" : ":");
			i += length - 1;
			continue;
		}
		at += (size_t)snprintf(text + at, size - at, i ? ":%x" : "%x",
				       bytes[2 * i] << 8 | bytes[2 * i + 1]);
	}
	return text;
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
