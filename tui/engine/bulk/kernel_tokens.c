/* Which lines hold certain pieces of text: what RE2 does in _nothings.py, in one pass over many lines. */
#include "kernel.h"

enum { BUCKETS = 8, AT_ONCE = 4 };
enum { UNSURE = 1, KNOWN = 2, BLANK = 4 }; /* of lines and tokens; further bits mean something to Python only */

struct token { word first, mask; int32_t place, size, kind, steps; }; /* its first bytes, where all of it is, what is behind */
struct steps { byte sets[256], many, last; }; /* where each character may stand (_steps.py) */

struct tokens {
    const uint16_t *pairs; /* of two bytes: the buckets of which a token begins so, and those of which one goes on so */
    const struct token *tokens;
    const byte *literals;
    const struct steps *steps;
    int64_t bounds[BUCKETS + 1]; /* where the tokens of each bucket begin */
};

static inline unsigned pair(const struct tokens *tokens, const byte *at) {
    uint16_t both;
    memcpy(&both, at, sizeof both);
    return tokens->pairs[both];
}

/* Return what a line is without any token. */
static int shape(const byte *at, const byte *end) {
    int indented = *at == ' ' || *at == '\t';
    while (at < end && (*at == ' ' || (*at >= '\t' && *at <= '\r')))
        at++;
    return at == end ? BLANK : indented ? KNOWN : 0;
}

/* Tell whether all steps can be taken from a place on; a newline is in no set. */
static int leads_on(const struct steps *steps, const byte *at) {
    for (unsigned step = 1; step <= steps->last; step <<= 1) {
        if (steps->many & step)
            while (steps->sets[*at] & step)
                at++;
        else if (!(steps->sets[*at++] & step))
            return 0;
    }
    return 1;
}

/* Return the kinds of those tokens of some buckets that stand at a place. */
static __attribute__((noinline)) int standing(const struct tokens *tokens, unsigned buckets, const byte *at,
                                              const byte *end) {
    int found = 0;
    for (; buckets; buckets &= buckets - 1) {
        const int64_t *bounds = tokens->bounds + __builtin_ctz(buckets);
        for (const struct token *token = tokens->tokens + bounds[0]; token < tokens->tokens + bounds[1]; token++)
            if (!((load(at) ^ token->first) & token->mask) && end - at >= token->size &&
                !memcmp(at, tokens->literals + token->place, (size_t)token->size) &&
                leads_on(&tokens->steps[token->steps], at + token->size))
                found |= token->kind;
    }
    return found;
}

/* Return what a line holds; once it is unsure whether it means something the rest of it is not looked at. */
static int kinds_in(const struct tokens *tokens, const byte *at, const byte *end) {
    int found = shape(at, end);
    do {
        unsigned begun[AT_ONCE + 2], buckets[AT_ONCE], any = 0;
        for (int next = 0; next < AT_ONCE + 2; next++)
            begun[next] = pair(tokens, at + next);
        for (int next = 0; next < AT_ONCE; next++)
            any |= buckets[next] = begun[next] & (begun[next + 2] >> BUCKETS);
        for (int next = 0; any && next < AT_ONCE; next++)
            if (buckets[next])
                found |= standing(tokens, buckets[next], at + next, end);
    } while ((at += AT_ONCE) < end && !(found & UNSURE));
    return found;
}

/* Behind the text there have to be as many bytes as are looked at in one step, and two. */
EXPORTED void find_tokens(const struct tokens *tokens, const byte *text, int64_t count, const int64_t *starts,
                          const int64_t *ends, byte *kinds) {
    for (int64_t row = 0; row < count; row++)
        kinds[row] = (byte)kinds_in(tokens, text + starts[row], text + ends[row]);
}
