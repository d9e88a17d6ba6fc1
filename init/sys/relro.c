#include "init/sys/relro.h"

#include <elf.h>
#include <errno.h>
#include <link.h>
#include <stddef.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <unistd.h>

static const ElfW(Phdr) * header_find(const ElfW(Phdr) * headers, size_t count, ElfW(Word) type)
{
	for (size_t i = 0; i < count; i++)
		if (headers[i].p_type == type)
			return &headers[i];
	return NULL;
}

int relro_protect(void)
{
	const ElfW(Phdr) *headers = (const void *)getauxval(AT_PHDR); /* NOLINT: an address */
	const size_t count = getauxval(AT_PHNUM);
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	const ElfW(Phdr) *self = header_find(headers, count, PT_PHDR);
	const ElfW(Phdr) *relro = header_find(headers, count, PT_GNU_RELRO);
	const char *start, *end;

	if (!self || !relro)
		return 0; /* an ordinary program of no fixed shape: nothing was set aside */
	start = (const char *)headers - self->p_vaddr + relro->p_vaddr;
	end = start + relro->p_memsz;
	start -= (size_t)start % page;
	end -= (size_t)end % page;
	return mprotect((void *)start, (size_t)(end - start), PROT_READ) ? -errno : 0;
}
