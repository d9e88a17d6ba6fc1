/*
 * Says what it is, in one line of the kernel's own words from /proc/self/status, then does what it
 * is told:
 *
 *     who [bind=PORT] [write=PATH] [wait] [exit=CODE]
 *
 * Static, so that it runs in an image that holds nothing else.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define GROUPS_SIZE 256

struct status {
	char uid[64], gid[64], groups[GROUPS_SIZE], new_privs[8], filter[8];
	unsigned long long held, bounding;
};

/* Four times the same number (real, effective, saved, file system) is one number; else all are
 * shown. */
static void ids_read(const char *text, char *ret_ids)
{
	unsigned int id[4];

	if (sscanf(text, "%u %u %u %u", &id[0], &id[1], &id[2], &id[3]) != 4)
		abort();
	if (id[0] == id[1] && id[0] == id[2] && id[0] == id[3])
		sprintf(ret_ids, "%u", id[0]);
	else
		sprintf(ret_ids, "%u/%u/%u/%u", id[0], id[1], id[2], id[3]);
}

static void groups_read(char *text, char *ret_groups)
{
	char *group, *rest = NULL;
	int length = 0;

	for (group = strtok_r(text, " \n", &rest); group; group = strtok_r(NULL, " \n", &rest)) {
		length += snprintf(ret_groups + length, GROUPS_SIZE - (size_t)length, "%s%s",
				   length ? "," : "", group);
		if (length >= GROUPS_SIZE)
			exit(1);
	}
	if (!length)
		snprintf(ret_groups, GROUPS_SIZE, "none");
}

static void line_read(char *key, struct status *status)
{
	char *value = strchr(key, '\t');

	if (!value)
		return;
	*value++ = '\0';
	if (strcmp(key, "Uid:") == 0)
		ids_read(value, status->uid);
	else if (strcmp(key, "Gid:") == 0)
		ids_read(value, status->gid);
	else if (strcmp(key, "Groups:") == 0)
		groups_read(value, status->groups);
	else if (strcmp(key, "CapBnd:") == 0)
		status->bounding = strtoull(value, NULL, 16);
	else if (strncmp(key, "Cap", 3) == 0)
		status->held |= strtoull(value, NULL, 16);
	else if (strcmp(key, "NoNewPrivs:") == 0)
		snprintf(status->new_privs, sizeof status->new_privs, "%s",
			 *value == '1' ? "no" : "yes");
	else if (strcmp(key, "Seccomp_filters:") == 0)
		snprintf(status->filter, sizeof status->filter, "%d", atoi(value));
}

static void status_print(void)
{
	struct status status = { 0 };
	char line[1024];
	FILE *file = fopen("/proc/self/status", "r");

	if (!file)
		abort();
	while (fgets(line, sizeof line, file))
		line_read(line, &status);
	fclose(file);
	printf("uid=%s gid=%s groups=%s caps=%llx bounding=%llx new_privs=%s filters=%s\n",
	       status.uid, status.gid, status.groups, status.held, status.bounding,
	       status.new_privs, status.filter);
}

static void port_bind(const char *port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(atoi(port)) };
	int one = 1, fd = socket(AF_INET, SOCK_STREAM, 0);

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || listen(fd, 1) < 0)
		printf("port %s: %s\n", port, strerror(errno));
	else
		printf("port %s: bound\n", port);
	close(fd);
}

static void path_write(const char *path)
{
	int fd = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0644);

	printf("%s: %s\n", path, fd < 0 ? strerror(errno) : "written");
	if (fd >= 0)
		close(fd);
}

static void signal_wait(void)
{
	sigset_t set;
	int got;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	printf("waiting\n");
	fflush(stdout);
	sigwait(&set, &got);
	printf("got TERM\n");
}

int main(int count, char **words)
{
	status_print();
	for (int i = 1; i < count; i++) {
		if (strncmp(words[i], "bind=", 5) == 0)
			port_bind(words[i] + 5);
		else if (strncmp(words[i], "write=", 6) == 0)
			path_write(words[i] + 6);
		else if (strcmp(words[i], "wait") == 0)
			signal_wait();
		else if (strncmp(words[i], "exit=", 5) == 0)
			return atoi(words[i] + 5);
	}
	return 0;
}
