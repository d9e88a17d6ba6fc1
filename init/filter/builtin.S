/* What the Makefile made beforehand, as bytes in read-only data: the compiled profiles, and the
 * licence. */
	.section .rodata
	.globl	builtin_default, builtin_default_end, builtin_strict, builtin_strict_end, licence_text
	.balign	8
builtin_default:
	.incbin	"default.bpf"
builtin_default_end:
	.balign	8
builtin_strict:
	.incbin	"strict.bpf"
builtin_strict_end:
licence_text:
	.incbin	"LICENSE"
	.byte	0
	.section .note.GNU-stack, "", @progbits
