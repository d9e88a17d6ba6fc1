/* capability_name.h: capabilities(7) by name, also those that a kernel or a library may not know.
 */
#ifndef CAPABILITY_NAME_H
#define CAPABILITY_NAME_H

/* "NET_BIND_SERVICE", or NULL. */
const char *capability_name(unsigned int number);

/* With or without "CAP_", in either case. -1 for no capability. */
int capability_number(const char *name);

#endif
