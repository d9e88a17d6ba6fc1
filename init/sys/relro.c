#include "init/sys/relro.h"

#include <errno.h>
#include <link.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

/* The linker's: where the program begins in memory. A static program has no PT_PHDR to tell. */
extern const ElfW(Ehdr) __ehdr_start __attribute__((visibility("hidden")));

int relro_protect(void)
{
	const uintptr_t base = (uintptr_t)&__ehdr_start;
	const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	const ElfW(Phdr) *headers = (const void *)(base + __ehdr_start.e_phoff);

	for (size_t i = 0; i < __ehdr_start.e_phnum; i++) {
		const uintptr_t start = base + headers[i].p_vaddr;
		const uintptr_t end = start + headers[i].p_memsz;

		if (headers[i].p_type == PT_GNU_RELRO &&
		    mprotect((void *)(start & -page), (end & -page) - (start & -page), PROT_READ))
			return -errno;
	}
	return 0;
}
