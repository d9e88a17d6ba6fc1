/* The profiles that come with drop-init, as text in read-only data: commands/input.c has their names. */
	.section .rodata
	.globl	profile_default, profile_default_end
	.globl	profile_strict, profile_strict_end
	.globl	profile_docker_default, profile_docker_default_end
profile_default:
	.incbin	"seccomp/profiles/default.json"
profile_default_end:
profile_strict:
	.incbin	"seccomp/profiles/strict.json"
profile_strict_end:
profile_docker_default:
	.incbin	"seccomp/profiles/docker-default.json"
profile_docker_default_end:
	.section .note.GNU-stack, "", @progbits
