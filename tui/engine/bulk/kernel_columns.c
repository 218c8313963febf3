/* What is asked of columns of events: what numpy does in _words.py and _columns.py, to the bit, row by row. */
#include "kernel.h"

/* Make a number of each piece of text, of which `longest` bytes are looked at. */
EXPORTED void fingerprints(const byte *text, int64_t count, const int64_t *begins, const int64_t *stops,
                           int64_t longest, const word *mix, word *found) {
    for (int64_t row = 0; row < count; row++) {
        const byte *at = text + begins[row];
        int64_t size = stops[row] - begins[row], whole = (size < longest ? size : longest) / 8;
        int64_t rest = 8 * ((size < longest ? size : longest) - 8 * whole);
        word sum = 0;
        for (int64_t part = 0; part < whole; part++)
            sum += load(at + 8 * part) * mix[part];
        if (rest > 0)
            sum += (load(at + 8 * whole) & (((word)1 << rest) - 1)) * mix[whole];
        found[row] = sum;
    }
}

/* Bring pieces of text together, each with a newline behind it. */
EXPORTED void gather(const byte *text, int64_t count, const int64_t *begins, const int64_t *ends, byte *gathered) {
    for (int64_t row = 0; row < count; row++) {
        int64_t size = ends[row] - begins[row];
        memcpy(gathered, text + begins[row], size);
        gathered += size;
        *gathered++ = '\n';
    }
}

#define SLOT_BITS 10

/* Mark rows of which another one nearby says the same at nearly the same time, and those between that say the same
   too; only series with a level have such. Where each mark was last, by some bits of it, tells most rows that have none
   nearby. */
EXPORTED void mark_twins(int64_t count, const int64_t *lines, const double *times, const word *marks,
                         const int64_t *codes, const byte *leveled, int64_t near_lines, double near_s, byte *found) {
    int64_t last[1 << SLOT_BITS];
    for (int64_t slot = 0; slot < 1 << SLOT_BITS; slot++)
        last[slot] = -near_lines - 1;
    for (int64_t row = 0; row < count; row++) {
        int64_t *seen = last + (marks[row] >> (64 - SLOT_BITS)), away = lines[row] - *seen;
        *seen = lines[row];
        if (away > near_lines || !leveled[codes[row]])
            continue;
        int64_t first = row < near_lines ? 0 : row - near_lines, twin = row;
        for (int64_t other = row - 1; other >= first && lines[row] - lines[other] <= near_lines; other--) {
            double apart = times[row] - times[other];
            if (marks[row] == marks[other] && apart <= near_s && apart >= -near_s && leveled[codes[other]])
                twin = other;
        }
        for (int64_t other = twin; twin < row && other <= row; other++)
            if (marks[row] == marks[other] && leveled[codes[other]])
                found[other] = 1;
    }
}
