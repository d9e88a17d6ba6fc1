#include "init/sys/text.h"

#include <stdarg.h>
#include <stdio.h>

const char *text_format(const char *format, ...)
{
	va_list arguments;
	char *text;
	int length;

	va_start(arguments, format);
	length = vasprintf(&text, format, arguments);
	va_end(arguments);
	return length < 0 ? "out of memory" : text;
}
