/* layout.h: where in memory things lie, so that PID 1 touches few pages. */
#ifndef LAYOUT_H
#define LAYOUT_H

/* Large static objects without a value come behind all small ones, which then share one page with
 * the beginning of the first of these. The linker sorts them by name.
 */
#define LARGE_BEGINNING_USED __attribute__((section(".bss.~1"))) /* in every start */
#define LARGE_SELDOM_USED    __attribute__((section(".bss.~2")))

#endif
