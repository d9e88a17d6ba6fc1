/* --listen's address and --allow-port's port: what is understood can be written, and read again. */
#include "fuzz.h"
#include "init/cli/address.h"
#include "init/steps/sockets.h"

#include <stdlib.h>
#include <string.h>

static void listen_try(const char *text)
{
	struct listen_spec spec = { .backlog = 7 }, again = { 0 };
	char written[ADDRESS_TEXT_SIZE + 5] = "unix:";
	bool local;

	if (address_parse(text, &spec)) {
		FUZZ_ASSERT(spec.backlog == 7 && !spec.address_length && !spec.type);
		return;
	}
	local = spec.address.ss_family == AF_UNIX;
	address_format(&spec, written + (local ? 5 : 0));
	FUZZ_ASSERT(!address_parse(written, &again));
	FUZZ_ASSERT(again.type == spec.type && again.address_length == spec.address_length);
	FUZZ_ASSERT(!memcmp(&again.address, &spec.address, sizeof(spec.address)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	struct port port = { 0 };

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	listen_try(text);
	if (!port_parse(text, &port))
		FUZZ_ASSERT(port.number > 0);
	else
		FUZZ_ASSERT(port.number == 0);
	free(text);
	return 0;
}
