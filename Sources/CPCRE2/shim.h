// PCRE2 for Swift: its names are macros over the width of a code unit, which Swift does not import, and a callout written in
// C costs a few nanoseconds where it is made a million times.
#ifndef ITP_CPCRE2_SHIM_H
#define ITP_CPCRE2_SHIM_H

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stddef.h>
#include <stdint.h>

// What one match may cost at most.
struct itp_pcre_limits {
    uint32_t matches;
    uint32_t depth;
    uint32_t heap_kibibytes;
    size_t steps;
};

// PCRE2's own match limit counts anew at every start in the text; this one counts the whole. A step is an item of the
// pattern that is tried, or a byte by which the place in the text has moved since the last one.
struct itp_pcre_budget {
    size_t left;
    size_t place;
};

static inline int itp_pcre_spend(pcre2_callout_block *block, void *data) {
    struct itp_pcre_budget *budget = (struct itp_pcre_budget *)data;
    size_t place = block->current_position;
    size_t cost = 1 + (place > budget->place ? place - budget->place : budget->place - place);
    budget->place = place;
    if (cost > budget->left) return PCRE2_ERROR_CALLOUT;
    budget->left -= cost;
    return 0;
}

static inline pcre2_code *itp_pcre_compile(const uint8_t *pattern, size_t count, size_t most, int *fault,
                                           size_t *offset) {
    pcre2_compile_context *context = pcre2_compile_context_create(NULL);
    if (context == NULL) {
        *fault = PCRE2_ERROR_NOMEMORY;
        *offset = 0;
        return NULL;
    }
    pcre2_set_newline(context, PCRE2_NEWLINE_ANYCRLF);
    pcre2_set_max_pattern_length(context, most);
    uint32_t options = PCRE2_UTF | PCRE2_CASELESS | PCRE2_NEVER_BACKSLASH_C | PCRE2_AUTO_CALLOUT;
    pcre2_code *code = pcre2_compile(pattern, count, options, fault, offset, context);
    pcre2_compile_context_free(context);
    return code;
}

static inline void itp_pcre_free(pcre2_code *code) { pcre2_code_free(code); }

static inline void itp_pcre_message(int fault, uint8_t *text, size_t size) {
    if (size > 0) text[0] = 0;
    pcre2_get_error_message(fault, text, size);
}

static inline uint32_t itp_pcre_name_count(const pcre2_code *code) {
    uint32_t count = 0;
    pcre2_pattern_info(code, PCRE2_INFO_NAMECOUNT, &count);
    return count;
}

// A row of the table of names: the group's number in two bytes, then the name with a zero behind it.
static inline const char *itp_pcre_name(const pcre2_code *code, uint32_t index, uint32_t *group) {
    uint32_t size = 0;
    PCRE2_SPTR table = NULL;
    pcre2_pattern_info(code, PCRE2_INFO_NAMEENTRYSIZE, &size);
    pcre2_pattern_info(code, PCRE2_INFO_NAMETABLE, &table);
    PCRE2_SPTR row = table + (size_t)index * size;
    *group = (uint32_t)row[0] << 8 | row[1];
    return (const char *)(row + 2);
}

static inline pcre2_match_data *itp_pcre_data(const pcre2_code *code) {
    return pcre2_match_data_create_from_pattern(code, NULL);
}

static inline void itp_pcre_data_free(pcre2_match_data *data) { pcre2_match_data_free(data); }

// Positive: it matches; PCRE2_ERROR_NOMATCH, or another of PCRE2's numbers below zero.
static inline int itp_pcre_match(const pcre2_code *code, const uint8_t *text, size_t count, pcre2_match_data *data,
                                 const struct itp_pcre_limits *limits) {
    pcre2_match_context *context = pcre2_match_context_create(NULL);
    if (context == NULL) return PCRE2_ERROR_NOMEMORY;
    struct itp_pcre_budget budget = {.left = limits->steps, .place = 0};
    pcre2_set_match_limit(context, limits->matches);
    pcre2_set_depth_limit(context, limits->depth);
    pcre2_set_heap_limit(context, limits->heap_kibibytes);
    pcre2_set_callout(context, itp_pcre_spend, &budget);
    int result = pcre2_match(code, text, count, 0, PCRE2_NO_JIT, data, context);
    pcre2_match_context_free(context);
    return result;
}

// Where a group has matched; 0 where it has not.
static inline int itp_pcre_group(pcre2_match_data *data, uint32_t group, size_t *start, size_t *end) {
    if (group >= pcre2_get_ovector_count(data)) return 0;
    const PCRE2_SIZE *places = pcre2_get_ovector_pointer(data);
    *start = places[2 * group];
    *end = places[2 * group + 1];
    return *start != PCRE2_UNSET && *end >= *start;
}

// Macros of negative numbers in parentheses are not imported.
static inline int itp_pcre_is_no_match(int result) { return result == PCRE2_ERROR_NOMATCH; }
static inline int itp_pcre_is_callout(int result) { return result == PCRE2_ERROR_CALLOUT; }

#endif
