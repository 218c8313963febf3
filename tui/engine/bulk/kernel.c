/* The matching of lines, many at once: what numpy does in _layouts.py and _templates.py, to the bit, in one pass.
 *
 * Python gives tables and memory (_kernel.py and _kernel_tables.py mirror every struct here) and keeps what it gave
 * alive. Nothing is allocated here, no state is kept but in `struct scan`. Text is hostile: nothing is looked at but a
 * line and at most 64 bytes behind it, which Python makes sure can be read. Each line ends with a newline, has none
 * before, and no piece of a layout takes one: whatever was found equal so far ends within the line.
 */
#include "kernel.h"

enum { LONGEST_LINE = 256, HEAD_BITS = 10, MINUTE_BITS = 8 }; /* of those remembered; of places in tables */
enum { TOKEN_WORDS = 12, REST_WORDS = 32, TRACE_LENGTH = 64, MAX_MS = 120000 };
enum { LATENCY, CALL, FAILURE, KINDS };
enum { LINE, CODE, TIME, VALUE, MESSAGE, STOP, TOKEN_BEGIN, TOKEN_END, COLUMNS }; /* of each kind */
enum { CODES = 4 };
enum { DONE, NEW_MINUTE, NONE = -1 };
enum { NOT_FOUND, FOUND, UNSURE };
enum { LITERAL, SKIP, TOKEN, MILLISECONDS, WHOLE, PLAIN_REST, QUOTED_REST, QUOTED_TEXT, TRACE, END };

static const double POWERS[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};
struct piece { int32_t what, first, second; };

struct layout {
    int32_t piece, kind, code, message, least, following;
    int32_t prefix, digits, separator, zone, behind; /* of the time: what stands before it, of its fraction, … */
};

struct heads { int32_t offset, words, first[1 << HEAD_BITS]; };
struct telling { int16_t first, second; }; /* where lines of a length are looked at to guess which of those known it is */
struct known { uint64_t number; int32_t place; int16_t size; uint16_t code; }; /* no size: none is here; the code is that
 * of CODES, and how much of a line's end, which is behind it as it is, has to be the same with its digits, times CODES */
union cell { int64_t whole; double real; };
struct minute { uint64_t written[2]; int64_t zone; double begin; };

struct scan {
    const byte *text, *literals, *folded;
    const int64_t *starts, *ends, *lines;
    int64_t line_count, next;
    byte *found, *codes;
    int64_t *left, left_count;
    union cell *columns; /* of each kind, one behind the other, with room for so many rows each */
    int64_t rows, counts[KINDS];
    const struct heads *heads;
    int64_t heads_count, heads_tried, tried; /* the last two: how far a line was that had to ask, NONE if none had */
    const struct layout *layouts;
    const struct piece *pieces;
    const word *mix;
    const struct telling *tellings;
    const struct known *known;
    int64_t known_bits;
    const struct minute *minutes;
    int64_t minute_place, minute_slot, minute_zone;
};

/* What was read of a line that may have a layout. */
struct reading { const byte *start, *end, *token, *token_end, *stop; double time, value; };

/* Return where printable ASCII ends, if a character ends it that is `stop`; a newline ends it in any case. */
static const byte *run(const byte *at, int words, unsigned low, unsigned stop, int quoted) {
    for (; words; words--, at += 8) {
        word looked = load(at), marks = unusual(looked, low) | equal(looked, stop);
        if (quoted)
            marks |= equal(looked, '"') | equal(looked, '\\');
        if (marks) {
            at += first_mark(marks);
            return *at == stop ? at : NULL;
        }
    }
    return NULL;
}

/* Semantics R17: the number ends the message, or a space is behind it and not another unit behind that. */
static int is_unit(const byte *at, int stop) {
    int unit = at[0] == 'm' && at[1] == 's', other = at[3] == 's' || (at[3] == 'm' && at[4] == 's');
    return unit && (at[2] == stop || (at[2] == ' ' && !other));
}

/* Take a number of at most `most` digits. */
static const byte *digits(const byte *at, int most, double *value) {
    word words = load(at);
    int count = first_mark(no_digits(words));
    if (count < 1 || count > most)
        return NULL;
    *value = (double)number(words, count);
    return at + count;
}

static const byte *milliseconds(const byte *at, int stop, double *value) {
    at = digits(at, 6, value);
    if (at && *at == '.') {
        const byte *begin = at + 1;
        double fraction;
        if ((at = digits(begin, 6, &fraction)))
            *value = (*value * POWERS[at - begin] + fraction) / POWERS[at - begin];
    }
    return at && *value > 0 && *value <= MAX_MS && is_unit(at, stop) ? at + 2 : NULL;
}

/* Take the rest of a line: printable ASCII, and no space at its end. The newline is the first that is marked. */
static const byte *plain_rest(const byte *at, const byte *end) {
    if (end - at > 8 * REST_WORDS || end[-1] == ' ')
        return NULL;
    for (; end - at >= 8; at += 8)
        if (unusual(load(at), 0x20))
            return NULL;
    return at + first_mark(unusual(load(at), 0x20)) >= end ? end : NULL;
}

/* Tell whether a literal, which is not empty, stands somewhere; at most seven bytes behind both are looked at. */
static inline int stands(const byte *at, const byte *literal, int64_t size) {
    for (; size > 8; at += 8, literal += 8, size -= 8)
        if (load(at) != load(literal))
            return 0;
    return (load(at) ^ load(literal)) << (64 - 8 * size) == 0;
}

/* Take one piece of a layout; return what stands behind it, NULL where it is not there. */
static const byte *take(const struct scan *scan, const struct piece *piece, const byte *at, struct reading *reading) {
    switch (piece->what) {
    case LITERAL:
        if (reading->end - at < piece->second || !stands(at, scan->literals + piece->first, piece->second))
            return NULL;
        return at + piece->second;
    case SKIP:
        return at + piece->first;
    case TOKEN:
        reading->token = at;
        at = run(at, TOKEN_WORDS, 0x21, (unsigned)piece->first, piece->second);
        reading->token_end = at;
        return at == reading->token ? NULL : at;
    case MILLISECONDS:
        return milliseconds(at, piece->first, &reading->value);
    case WHOLE:
        return digits(at, 7, &reading->value);
    case PLAIN_REST:
        return reading->stop = plain_rest(at, reading->end);
    case QUOTED_REST:
        reading->stop = at = run(at, REST_WORDS, 0x20, '"', 1);
        return at && at[-1] != ' ' ? at : NULL;
    case QUOTED_TEXT:
        return run(at, REST_WORDS, 0x20, '"', 1);
    case TRACE:
        reading->token = at;
        reading->token_end = at += strspn((const char *)at, "0123456789abcdef-"); /* no newline is among them */
        return at > reading->token && at <= reading->token + TRACE_LENGTH ? at : NULL;
    default:
        return NULL;
    }
}

/* Some lines say in a word that they are an error (_pieces.py). */
static int says_failed(const byte *at, const byte *end) {
    for (; end - at >= 6; at += STEP) {
        vector begins = (vector)(load_vector(at) == 'F') & (vector)(load_vector(at + 1) == 'A');
        for (word some = bits(begins); some; some &= some - 1) {
            const byte *found = at + __builtin_ctzll(some);
            if (end - found >= 6 && !memcmp(found, "FAILED", 6))
                return 1;
        }
    }
    return 0;
}

static int is_minute(struct scan *scan, const byte *at, int64_t zone, double *begin) {
    word first = load(at), second = load(at + 8);
    word slot = (first * scan->mix[0] + second * scan->mix[1] + (word)zone) >> (64 - MINUTE_BITS);
    const struct minute *known = &scan->minutes[slot];
    if (known->zone == zone && known->written[0] == first && known->written[1] == second) {
        *begin = known->begin;
        return *begin == *begin ? FOUND : NOT_FOUND; /* not a number where it is no minute */
    }
    scan->minute_place = at - scan->text;
    scan->minute_slot = (int64_t)slot, scan->minute_zone = zone;
    return UNSURE;
}

/* Read the time: behind the minute are a colon, two digits, a separator, and up to nine digits. */
static int read_stamp(struct scan *scan, const struct layout *layout, struct reading *reading) {
    if (!layout->digits)
        return reading->time = __builtin_nan(""), FOUND; /* no time is written at all */
    const byte *at = reading->start + layout->prefix;
    int count = layout->digits < 8 ? layout->digits : 8;
    word seconds = load(at + 17), fraction = load(at + 20);
    if (at[16] != ':' || at[19] != layout->separator || at[17] > '5' || first_mark(no_digits(seconds)) < 2)
        return NOT_FOUND;
    if (first_mark(no_digits(fraction)) < count || (layout->digits == 9 && first_mark(no_digits(load(at + 28))) < 1))
        return NOT_FOUND;
    double begin;
    int found = is_minute(scan, at, layout->zone, &begin);
    if (found != FOUND)
        return found;
    int64_t units = number(fraction, count);
    if (layout->digits == 9)
        units = 10 * units + (at[28] - '0');
    reading->time = (begin + (double)number(seconds, 2)) + (double)units / POWERS[layout->digits];
    return FOUND;
}

/* Look whether a line is laid out so, piece by piece; its time comes last, since it may have to be asked for. */
static int read_line(struct scan *scan, const struct layout *layout, struct reading *reading) {
    const byte *start = reading->start, *at = start;
    if (reading->end - start < layout->least)
        return NOT_FOUND;
    reading->token = reading->token_end = reading->stop = start;
    reading->value = __builtin_nan("");
    for (const struct piece *piece = scan->pieces + layout->piece; at && piece->what != END; piece++)
        at = take(scan, piece, at, reading);
    if (at != reading->end || (layout->kind != FAILURE && says_failed(start + layout->behind, at)))
        return NOT_FOUND;
    return read_stamp(scan, layout, reading);
}

static void note(struct scan *scan, const struct layout *layout, const struct reading *reading, int64_t line) {
    int64_t rows = scan->rows;
    union cell *cells = scan->columns + COLUMNS * layout->kind * rows + scan->counts[layout->kind]++;
    scan->found[line] = 1;
    cells[LINE * rows].whole = line;
    cells[CODE * rows].whole = layout->code;
    cells[TIME * rows].real = reading->time;
    cells[VALUE * rows].real = reading->value;
    cells[MESSAGE * rows].whole = reading->start - scan->text + layout->message;
    cells[STOP * rows].whole = reading->stop - scan->text;
    cells[TOKEN_BEGIN * rows].whole = reading->token - scan->text;
    cells[TOKEN_END * rows].whole = reading->token_end - scan->text;
}

/* Return the layout that a line may have by the words behind its time, NONE where it has none. */
static inline int64_t guess(const struct scan *scan, const struct heads *heads, const byte *start, const byte *end) {
    if (end - start < heads->offset + 8 * heads->words)
        return NONE;
    const byte *at = start + heads->offset;
    word sum = load(at) * scan->mix[0];
    for (int32_t part = 1; part < heads->words; part++)
        sum += load(at + 8 * part) * scan->mix[part];
    return heads->first[sum >> (64 - HEAD_BITS)];
}

/* Return the layout to try first of those that a line may have, by some heads or those behind them. */
static inline int64_t first_guess(const struct scan *scan, int64_t *heads, const byte *start, const byte *end) {
    int64_t tried = NONE;
    for (; *heads < scan->heads_count; ++*heads)
        if ((tried = guess(scan, &scan->heads[*heads], start, end)) >= 0)
            break;
    return tried;
}

/* Try the layouts that a line may have, from one on; where that has to ask for a minute, it is tried once more. */
static __attribute__((noinline)) int find_layout(struct scan *scan, int64_t line, int64_t heads, int64_t tried) {
    const byte *start = scan->text + scan->starts[line], *end = scan->text + scan->ends[line];
    struct reading reading = {.start = start, .end = end};
    scan->heads_tried = heads, scan->tried = tried;
    while (scan->tried >= 0) {
        const struct layout *layout = &scan->layouts[scan->tried];
        int found = read_line(scan, layout, &reading);
        if (found == UNSURE)
            return UNSURE;
        if (found == FOUND)
            note(scan, layout, &reading, line);
        scan->tried = found == FOUND ? NONE : layout->following;
        if (found == FOUND)
            return FOUND;
        if (scan->tried < 0 && ++scan->heads_tried)
            scan->tried = first_guess(scan, &scan->heads_tried, start, end);
    }
    return NOT_FOUND;
}

/* Return the words that tell lines of a length from each other. */
static inline vector two_words(const byte *line, const struct telling *where) {
    return (vector)(lanes){load(line + where->first), load(line + where->second)};
}

/* Return a number made of them (_kernel_tables.py does the same): a guess, to be looked at. */
static inline word guessed(vector words, int64_t size, const word *mix) {
    lanes products = halves_multiplied((lanes)(words ^ load_vector(mix)));
    return (products[0] + products[1] + (word)size) * mix[0];
}

/* Tell whether a line, as long as one remembered, differs from it in digits only that may be others. */
static inline int is_like(const struct known *known, const byte *same, const byte *line, int64_t looked) {
    int64_t exact = known->code / CODES, last = looked - STEP;
    vector alike = (vector)(folded(load_vector(line + last)) == load_vector(same + last));
    for (int64_t at = 0; at < last; at += STEP)
        alike &= (vector)(folded(load_vector(line + at)) == load_vector(same + at));
    return bits(alike) == ALL && !(exact && memcmp(line + known->size - exact, same + looked, (size_t)exact));
}

/* Return the code of the remembered line that differs in digits only that may be others, 0 where there is none. */
static inline byte find_known(const struct scan *scan, const byte *line, int64_t size) {
    static const byte within[2 * STEP] = {[0 ... STEP - 1] = 255};
    vector padded;
    int64_t looked = size < STEP ? STEP : size;
    if (size > LONGEST_LINE)
        return 0;
    const struct telling *where = &scan->tellings[size];
    if (size < STEP) { /* looked at with zeros behind it */
        padded = load_vector(line) & load_vector(within + STEP - size);
        line = (const byte *)&padded;
    }
    word sum = guessed(folded(two_words(line, where)), size, scan->mix), mask = ((word)1 << scan->known_bits) - 1;
    for (word slot = sum >> (64 - scan->known_bits); scan->known[slot].size; slot = (slot + 1) & mask) {
        const struct known *known = &scan->known[slot];
        if (known->number == sum && known->size == size && is_like(known, scan->folded + known->place, line, looked))
            return known->code % CODES;
    }
    return 0;
}

/* Look at lines until all are done, or a minute has to be asked for; then it goes on when called again. */
EXPORTED int64_t scan_lines(struct scan *scan) {
    const byte *text = scan->text;
    const int64_t *starts = scan->starts, *ends = scan->ends;
    byte *codes = scan->codes;
    for (int64_t next = scan->next; next < scan->line_count; next++) {
        int64_t line = scan->lines[next], heads = 0, tried = scan->tried;
        const byte *start = text + starts[line], *end = text + ends[line];
        if (tried >= 0)
            heads = scan->heads_tried;
        else
            tried = first_guess(scan, &heads, start, end);
        if (tried >= 0) {
            int found = find_layout(scan, line, heads, tried);
            scan->next = next;
            if (found == UNSURE)
                return NEW_MINUTE;
            if (found == FOUND)
                continue;
        }
        byte code = codes[line] = find_known(scan, start, end - start);
        if (!code)
            scan->left[scan->left_count++] = line;
    }
    return DONE;
}

/* Return a bit for each newline in 64 bytes, and note what else is there. */
static inline word newlines_in(const byte *text, vector *dirty) {
    word found = 0;
    for (int64_t at = 0; at < 64; at += STEP) {
        vector chars = load_vector(text + at);
        found |= bits((vector)(chars == '\n')) << at;
        *dirty |= (vector)(chars == '\r') | (vector)(chars == 0x1b) | (vector)(chars == 0);
    }
    return found;
}

/* Note where lines start and end, and whether anything has to be taken off (_cleaned.py); return how many lines there
 * are, NONE if there is not room for one more than that. Most often there is one end or none: no branch asks which. */
EXPORTED int64_t find_lines(const byte *text, int64_t size, int64_t room, int64_t *starts, int64_t *ends, int64_t *dirt)
{
    int64_t count = starts[0] = 0;
    vector dirty = {0};
    byte last[64];
    for (int64_t at = 0; at < size; at += 64) {
        const byte *chunk = text + at;
        if (size - at < 64)
            chunk = memcpy(memset(last, 'a', sizeof last), chunk, (size_t)(size - at));
        if (room - count <= 64)
            return NONE;
        word newlines = newlines_in(chunk, &dirty);
        do {
            ends[count] = at + __builtin_ctzll(newlines | (word)1 << 63);
            starts[count + 1] = ends[count] + 1;
            count += newlines != 0;
            newlines &= newlines - 1;
        } while (newlines);
    }
    *dirt = bits(dirty) != 0;
    return count;
}

/* Tell Python whether its structs are those of this file. */
EXPORTED int64_t built_of(void) { return SOURCE; }
EXPORTED int64_t size_of_scan(void) { return sizeof(struct scan); }
