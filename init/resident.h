/* resident.h: PID 1 stays small. */
#ifndef RESIDENT_H
#define RESIDENT_H

/* The command runs: give back the memory that only the start needed. What is needed again after all
 * comes back from the file.
 */
void resident_shrink(void);

#endif
