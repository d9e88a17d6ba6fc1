/* What the Makefile made beforehand, as bytes in read-only data: the compiled default profile, and
 * the licence. */
	.section .rodata
	.balign	8
	.globl	builtin_filter, builtin_filter_end, licence_text
builtin_filter:
	.incbin	FILTER
builtin_filter_end:
licence_text:
	.incbin	"LICENSE"
	.byte	0
	.section .note.GNU-stack, "", @progbits
