#include "init/sys/number.h"

#include <stddef.h>

static bool parse(const char *text, unsigned base, uint64_t max, uint64_t *ret)
{
	uint64_t value = 0;

	if (!*text)
		return false;
	for (; *text; text++) {
		unsigned digit = (unsigned char)*text - '0';

		if (digit >= base || digit > max || value > (max - digit) / base)
			return false;
		value = value * base + digit;
	}
	*ret = value;
	return true;
}

bool number_parse(const char *text, uint64_t min, uint64_t max, uint64_t *ret)
{
	uint64_t value = 0;

	if (!parse(text, 10, max, &value) || value < min)
		return false;
	*ret = value;
	return true;
}

bool number_parse_octal(const char *text, uint64_t max, uint64_t *ret)
{
	return parse(text, 8, max, ret);
}

bool number_parse_seconds(const char *text, unsigned *ret_ms)
{
	const unsigned day = 86400;
	unsigned seconds = 0, ms = 0, place = 100;
	const char *at = text;

	for (; *at >= '0' && *at <= '9' && seconds <= day; at++)
		seconds = seconds * 10 + (unsigned)(*at - '0');
	if (at == text || seconds > day)
		return false;
	if (*at == '.') {
		if (!at[1])
			return false;
		for (at++; *at >= '0' && *at <= '9' && place; at++, place /= 10)
			ms += (unsigned)(*at - '0') * place;
	}
	if (*at)
		return false;
	*ret_ms = seconds * 1000 + ms;
	return true;
}

char *number_format(uint64_t value, char *buffer)
{
	char *at = buffer + 20;

	*at = '\0';
	do {
		*--at = (char)('0' + value % 10);
		value /= 10;
	} while (value);
	return at;
}
