/* Words and vectors: what kernel.c looks at in one step, eight bytes or sixteen. */
#include <stdint.h>
#include <string.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#define STEP 16 /* bytes of a vector */
#define EXPORTED __attribute__((visibility("default")))
#define ALL (((word)1 << STEP) - 1)

typedef uint8_t byte;
typedef uint64_t word; /* eight bytes, the first of them lowest */
typedef byte vector __attribute__((vector_size(STEP)));
typedef word lanes __attribute__((vector_size(STEP)));

static const word ONES = 0x0101010101010101, HIGH = 0x8080808080808080, LOW7 = 0x7F7F7F7F7F7F7F7F;
static const word ZEROS = 0x3030303030303030, OVER_NINE = 0x7676767676767676;

static inline word load(const byte *at) {
    word found;
    memcpy(&found, at, sizeof found);
    return found;
}

static inline vector load_vector(const void *at) {
    vector found;
    memcpy(&found, at, sizeof found);
    return found;
}

/* Return the lowest bit of each of the flags, all bits of which are the same. */
static inline word bits(vector flags) {
#if defined(__SSE2__)
    return (uint32_t)_mm_movemask_epi8((__m128i)flags);
#else
    word found = 0;
    for (int at = 0; at < STEP; at++)
        found |= (word)(flags[at] & 1u) << at;
    return found;
#endif
}

/* Return characters as no two of them are the same, but all digits. */
static inline vector folded(vector chars) {
    vector off = chars - '0';
#if defined(__SSE2__)
    return (vector)_mm_max_epu8((__m128i)off, _mm_set1_epi8(9));
#else
    vector digits = (vector)(off < 10);
    return (digits & 9) | (~digits & off);
#endif
}

/* Return the product of both halves of each word. */
static inline lanes halves_multiplied(lanes some) {
#if defined(__SSE2__)
    return (lanes)_mm_mul_epu32((__m128i)some, (__m128i)(some >> 32));
#else
    return (some & 0xFFFFFFFF) * (some >> 32);
#endif
}

/* Return the index of the first byte whose high bit is set, 8 where none is. */
static inline int first_mark(word marks) {
    return marks ? __builtin_ctzll(marks) >> 3 : 8;
}

static inline word no_digits(word words) {
    word off = words ^ ZEROS;
    return (((off & LOW7) + OVER_NINE) | off) & HIGH;
}

/* Mark the first byte below `low` or above ASCII; bits behind that one mean nothing. */
static inline word unusual(word words, unsigned low) {
    return ((words - low * ONES) | words) & HIGH;
}

static inline word equal(word words, unsigned char_) {
    word off = words ^ (char_ * ONES);
    return (off - ONES) & ~off & HIGH;
}

static inline int64_t eight_digits(word values) {
    word pairs = values * 10 + (values >> 8);
    word lower = (pairs & 0x000000FF000000FF) * 0x000F424000000064;
    word upper = ((pairs >> 16) & 0x000000FF000000FF) * 0x0000271000000001;
    return (int64_t)((lower + upper) >> 32);
}

/* Return the number that the first `count` (1…8) digits of a word write. */
static inline int64_t number(word words, int count) {
    return eight_digits((words ^ ZEROS) << (64 - 8 * count));
}
