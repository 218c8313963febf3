/* Which lines hold certain pieces of text: what RE2 does in _nothings.py, in one pass over many lines. */
#include "kernel.h"

enum { AT_ONCE = 4 };
enum { UNSURE = 1, KNOWN = 2, BLANK = 4 }; /* of lines and tokens; further bits mean something to Python only */

struct token { word first, mask; int32_t place, size; int16_t kind, ahead; int32_t steps; }; /* its first bytes, where all
 * of it is, how many of its bytes are before the pair by which it is looked for, and what is behind it */
struct steps { byte sets[256], many, last; }; /* where each character may stand (_steps.py) */

struct tokens {
    const byte *groups; /* of two bytes: the group of the tokens that may stand there, 0 where none may */
    const int64_t *bounds; /* where the tokens of each group begin */
    const struct token *tokens;
    const byte *literals;
    const struct steps *steps;
};

static inline byte group(const struct tokens *tokens, const byte *at) {
    uint16_t pair;
    memcpy(&pair, at, sizeof pair);
    return tokens->groups[pair];
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

/* Return the kinds of those tokens of a group that stand in a line, where the pair by which they are looked for is. */
static __attribute__((noinline)) int standing(const struct tokens *tokens, byte group, const byte *pair,
                                              const byte *begin, const byte *end) {
    const int64_t *bounds = tokens->bounds + group;
    int found = 0;
    for (const struct token *token = tokens->tokens + bounds[0]; token < tokens->tokens + bounds[1]; token++) {
        const byte *at = pair - token->ahead;
        if (pair - begin >= token->ahead && !((load(at) ^ token->first) & token->mask) && end - at >= token->size &&
            !memcmp(at, tokens->literals + token->place, (size_t)token->size) &&
            leads_on(&tokens->steps[token->steps], at + token->size))
            found |= token->kind;
    }
    return found;
}

/* Return what a line holds; once it is unsure whether it means something the rest of it is not looked at. */
static int kinds_in(const struct tokens *tokens, const byte *begin, const byte *end) {
    int found = shape(begin, end);
    const byte *at = begin;
    do {
        byte groups[AT_ONCE];
        unsigned any = 0;
        for (int next = 0; next < AT_ONCE; next++)
            any |= groups[next] = group(tokens, at + next);
        for (int next = 0; any && next < AT_ONCE; next++)
            if (groups[next])
                found |= standing(tokens, groups[next], at + next, begin, end);
    } while ((at += AT_ONCE) < end && !(found & UNSURE));
    return found;
}

/* Behind the text there have to be as many bytes as are looked at in one step, and one. */
EXPORTED void find_tokens(const struct tokens *tokens, const byte *text, int64_t count, const int64_t *starts,
                          const int64_t *ends, byte *kinds) {
    for (int64_t row = 0; row < count; row++)
        kinds[row] = (byte)kinds_in(tokens, text + starts[row], text + ends[row]);
}
