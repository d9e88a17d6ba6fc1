/* replay FILE...: give each file to the harness as libFuzzer would, without libFuzzer: gcc has
 * none.
 */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		FILE *file = fopen(argv[i], "re");
		uint8_t *data;
		size_t size;

		if (!file || fseek(file, 0, SEEK_END)) {
			perror(argv[i]);
			return EXIT_FAILURE;
		}
		size = (size_t)ftell(file);
		data = malloc(size ? size : 1); /* as long as it is, so that ASan sees the end */
		rewind(file);
		if (!data || fread(data, 1, size, file) != size) {
			perror(argv[i]);
			return EXIT_FAILURE;
		}
		fclose(file);
		fprintf(stderr, "%s\n", argv[i]);
		(void)LLVMFuzzerTestOneInput(data, size);
		free(data);
	}
	return EXIT_SUCCESS;
}
