#include "init/cli/address.h"

#include "init/sys/number.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>

static const char bad_port[] = "the port is not a number from 1 to 65535";

static const char *parse_port_number(const char *text, uint16_t *ret)
{
	uint64_t number;

	if (!number_parse(text, 1, UINT16_MAX, &number))
		return bad_port;
	*ret = (uint16_t)number;
	return NULL;
}

static const char *parse_unix(const char *path, struct listen_spec *ret)
{
	struct sockaddr_un *address = (struct sockaddr_un *)&ret->address;
	const size_t length = strlen(path);

	if (path[0] != '/')
		return "a socket's path must begin with /";
	if (path[length - 1] == '/')
		return "a socket's path does not end in /, which is a folder's";
	if (length >= sizeof(address->sun_path))
		return "a socket's path is at most 107 bytes long";
	address->sun_family = AF_UNIX;
	memcpy(address->sun_path, path, length + 1);
	ret->address_length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + 1);
	return NULL;
}

static const char *parse_ipv6(const char *text, struct listen_spec *ret)
{
	struct sockaddr_in6 *address = (struct sockaddr_in6 *)&ret->address;
	const char *end = strchr(text, ']');
	char host[INET6_ADDRSTRLEN];
	uint16_t port;
	const char *wrong;

	if (!end || end[1] != ':' || (size_t)(end - text - 1) >= sizeof(host))
		return "an IPv6 address is written [ADDRESS]:PORT";
	memcpy(host, text + 1, (size_t)(end - text - 1));
	host[end - text - 1] = '\0';
	wrong = parse_port_number(end + 2, &port);
	if (wrong)
		return wrong;
	if (inet_pton(AF_INET6, host, &address->sin6_addr) != 1)
		return "not an IPv6 address between the brackets";
	address->sin6_family = AF_INET6;
	address->sin6_port = htons(port);
	ret->address_length = sizeof(*address);
	return NULL;
}

/* "PORT" on every IPv4 address, or "ADDRESS:PORT". */
static const char *parse_ipv4(const char *text, struct listen_spec *ret)
{
	struct sockaddr_in *address = (struct sockaddr_in *)&ret->address;
	const char *colon = strrchr(text, ':');
	char host[INET_ADDRSTRLEN] = "0.0.0.0";
	uint16_t port;
	const char *wrong;

	if (colon) {
		if ((size_t)(colon - text) >= sizeof(host))
			return "not an IPv4 address before the colon (write IPv6 as [ADDRESS]:PORT)";
		memcpy(host, text, (size_t)(colon - text));
		host[colon - text] = '\0';
	}
	wrong = parse_port_number(colon ? colon + 1 : text, &port);
	if (wrong)
		return wrong;
	if (inet_pton(AF_INET, host, &address->sin_addr) != 1)
		return "not an IPv4 address before the colon (write IPv6 as [ADDRESS]:PORT)";
	address->sin_family = AF_INET;
	address->sin_port = htons(port);
	ret->address_length = sizeof(*address);
	return NULL;
}

const char *address_parse(const char *text, struct listen_spec *ret)
{
	struct listen_spec spec = *ret;
	const char *wrong;

	memset(&spec.address, 0, sizeof(spec.address));
	spec.type = SOCK_STREAM;
	if (!strncmp(text, "udp:", 4)) {
		spec.type = SOCK_DGRAM;
		text += 4;
	} else if (!strncmp(text, "tcp:", 4)) {
		text += 4;
	}
	if (!strncmp(text, "unix:", 5))
		wrong = spec.type == SOCK_DGRAM ? "a unix socket has no udp:"
						: parse_unix(text + 5, &spec);
	else if (text[0] == '[')
		wrong = parse_ipv6(text, &spec);
	else
		wrong = parse_ipv4(text, &spec);
	if (!wrong)
		*ret = spec;
	return wrong;
}

const char *port_parse(const char *text, struct port *ret)
{
	struct port port = { .udp = !strncmp(text, "udp:", 4) };
	const char *wrong;

	if (port.udp || !strncmp(text, "tcp:", 4))
		text += 4;
	wrong = parse_port_number(text, &port.number);
	if (!wrong)
		*ret = port;
	return wrong;
}
