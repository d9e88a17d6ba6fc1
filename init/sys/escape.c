#include "init/sys/escape.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LONGEST 8 /* of one escaped byte, with its NUL */

/* How many bytes the UTF-8 character has that text begins with; 0: it is none. RFC 3629, 4 */
static size_t character_size(const char *text)
{
	const unsigned char *at = (const unsigned char *)text;
	const size_t size = at[0] < 0x80 ? 1 : at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : 4;
	const unsigned lowest = at[0] == 0xe0 ? 0xa0 : at[0] == 0xf0 ? 0x90 : 0x80;
	const unsigned highest = at[0] == 0xed ? 0x9f : at[0] == 0xf4 ? 0x8f : 0xbf;

	if (size > 1 && (at[0] < 0xc2 || at[0] > 0xf4 || at[1] < lowest || at[1] > highest))
		return 0;
	for (size_t i = 2; i < size; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return 0;
	}
	return size;
}

/* One character of text, escaped; returns how many bytes of text that is. */
static size_t character_escape(const char *text, bool json, char ret_escaped[LONGEST])
{
	const unsigned char c = (unsigned char)*text;
	const size_t size = json ? character_size(text) : 1;

	memset(ret_escaped, 0, LONGEST);
	memcpy(ret_escaped, text, size);
	if (!size)
		snprintf(ret_escaped, LONGEST, "\\\\x%02x", c);
	else if (c == '\n' || c == '\t')
		memcpy(ret_escaped, c == '\n' ? "\\n" : "\\t", 3);
	else if (c < 0x20 || c == 0x7f)
		snprintf(ret_escaped, LONGEST, json ? "\\u00%02x" : "\\x%02x", c);
	else if (json && (c == '"' || c == '\\'))
		memcpy(ret_escaped, (char[]){ '\\', (char)c, '\0' }, 3);
	return size ? size : 1;
}

size_t escape(const char *text, bool json, char *ret_escaped, size_t size)
{
	char escaped[LONGEST];
	size_t length = 0, piece;

	while (*text) {
		text += character_escape(text, json, escaped);
		piece = strlen(escaped);
		if (length + piece >= size)
			break;
		memcpy(ret_escaped + length, escaped, piece);
		length += piece;
	}
	ret_escaped[length] = '\0';
	return length;
}

char *escape_text(const char *text, bool json)
{
	const size_t size = strlen(text) * LONGEST + 1;
	char *escaped = malloc(size);

	if (escaped)
		(void)escape(text, json, escaped, size);
	return escaped;
}
