// GMime 3 for Swift. Its own headers drag in all of GLib through flags of pkg-config's that SwiftPM turns down with a
// warning, so the few functions that are used are declared here, as the library's stable ABI (libgmime-3.0.so.0) has them.
// The compiler holds the declarations against the library's own headers with
//   cc -fsyntax-only -DITP_CGMIME_COMPARE $(pkg-config --cflags gmime-3.0) -x c Sources/CGMime/shim.h
#ifndef ITP_CGMIME_SHIM_H
#define ITP_CGMIME_SHIM_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/types.h>

#ifdef ITP_CGMIME_COMPARE
#include <gmime/gmime.h>
#else
typedef size_t GType;
typedef struct _GTypeInstance GTypeInstance;
typedef struct _GDateTime GDateTime;
typedef struct _GByteArray {
    uint8_t *data;
    unsigned int len;
} GByteArray;
typedef struct _GMimeParser GMimeParser;
typedef struct _GMimeParserOptions GMimeParserOptions;
typedef struct _GMimeStream GMimeStream;
typedef struct _GMimeStreamMem GMimeStreamMem;
typedef struct _GMimeObject GMimeObject;
typedef struct _GMimeMessage GMimeMessage;
typedef struct _GMimePart GMimePart;
typedef struct _GMimeMultipart GMimeMultipart;
typedef struct _GMimeMessagePart GMimeMessagePart;
typedef struct _GMimeHeader GMimeHeader;
typedef struct _GMimeHeaderList GMimeHeaderList;
typedef struct _GMimeContentType GMimeContentType;
typedef struct _GMimeDataWrapper GMimeDataWrapper;
typedef struct _InternetAddress InternetAddress;
typedef struct _InternetAddressList InternetAddressList;
typedef struct _InternetAddressMailbox InternetAddressMailbox;
typedef struct _InternetAddressGroup InternetAddressGroup;

int g_type_check_instance_is_a(GTypeInstance *instance, GType type);
void g_object_unref(void *object);
int64_t g_date_time_to_unix(GDateTime *time);
void g_date_time_unref(GDateTime *time);
#endif

void g_mime_init(void);
GMimeStream *g_mime_stream_mem_new(void);
GMimeStream *g_mime_stream_mem_new_with_buffer(const char *buffer, size_t length);
GByteArray *g_mime_stream_mem_get_byte_array(GMimeStreamMem *stream);
GMimeParser *g_mime_parser_new_with_stream(GMimeStream *stream);
GMimeMessage *g_mime_parser_construct_message(GMimeParser *parser, GMimeParserOptions *options);
GMimeObject *g_mime_message_get_mime_part(GMimeMessage *message);
GMimeHeaderList *g_mime_object_get_header_list(GMimeObject *object);
int g_mime_header_list_get_count(GMimeHeaderList *list);
GMimeHeader *g_mime_header_list_get_header_at(GMimeHeaderList *list, int index);
const char *g_mime_header_get_name(GMimeHeader *header);
const char *g_mime_header_get_value(GMimeHeader *header);
GMimeContentType *g_mime_object_get_content_type(GMimeObject *object);
const char *g_mime_content_type_get_media_type(GMimeContentType *type);
const char *g_mime_content_type_get_media_subtype(GMimeContentType *type);
const char *g_mime_content_type_get_parameter(GMimeContentType *type, const char *name);
const char *g_mime_object_get_disposition(GMimeObject *object);
int g_mime_multipart_get_count(GMimeMultipart *multipart);
GMimeObject *g_mime_multipart_get_part(GMimeMultipart *multipart, int index);
GMimeMessage *g_mime_message_part_get_message(GMimeMessagePart *part);
const char *g_mime_part_get_filename(GMimePart *part);
GMimeDataWrapper *g_mime_part_get_content(GMimePart *part);
ssize_t g_mime_data_wrapper_write_to_stream(GMimeDataWrapper *wrapper, GMimeStream *stream);
const char *g_mime_charset_iconv_name(const char *charset);
InternetAddressList *internet_address_list_parse(GMimeParserOptions *options, const char *text);
int internet_address_list_length(InternetAddressList *list);
InternetAddress *internet_address_list_get_address(InternetAddressList *list, int index);
const char *internet_address_get_name(InternetAddress *address);
const char *internet_address_mailbox_get_addr(InternetAddressMailbox *mailbox);
InternetAddressList *internet_address_group_get_members(InternetAddressGroup *group);
GDateTime *g_mime_utils_header_decode_date(const char *text);
GType g_mime_multipart_get_type(void);
GType g_mime_message_part_get_type(void);
GType g_mime_part_get_type(void);
GType internet_address_mailbox_get_type(void);
GType internet_address_group_get_type(void);

// Casts between GObject classes are macros; a pointer to one is a pointer to the other.
static inline GMimeMultipart *itp_gmime_multipart(GMimeObject *object) {
    return g_type_check_instance_is_a((GTypeInstance *)object, g_mime_multipart_get_type()) ? (GMimeMultipart *)object
                                                                                           : NULL;
}

static inline GMimeMessagePart *itp_gmime_message_part(GMimeObject *object) {
    return g_type_check_instance_is_a((GTypeInstance *)object, g_mime_message_part_get_type())
               ? (GMimeMessagePart *)object
               : NULL;
}

static inline GMimePart *itp_gmime_part(GMimeObject *object) {
    return g_type_check_instance_is_a((GTypeInstance *)object, g_mime_part_get_type()) ? (GMimePart *)object : NULL;
}

static inline GMimeObject *itp_gmime_object(GMimeMessage *message) { return (GMimeObject *)message; }

static inline InternetAddressMailbox *itp_gmime_mailbox(InternetAddress *address) {
    return g_type_check_instance_is_a((GTypeInstance *)address, internet_address_mailbox_get_type())
               ? (InternetAddressMailbox *)address
               : NULL;
}

static inline InternetAddressGroup *itp_gmime_group(InternetAddress *address) {
    return g_type_check_instance_is_a((GTypeInstance *)address, internet_address_group_get_type())
               ? (InternetAddressGroup *)address
               : NULL;
}

// The whole mail; NULL where memory is short. The answer is the caller's to release.
static inline GMimeMessage *itp_gmime_parse(const uint8_t *bytes, size_t count) {
    GMimeStream *stream = g_mime_stream_mem_new_with_buffer((const char *)bytes, count);
    if (stream == NULL) return NULL;
    GMimeParser *parser = g_mime_parser_new_with_stream(stream);
    g_object_unref(stream);
    if (parser == NULL) return NULL;
    GMimeMessage *message = g_mime_parser_construct_message(parser, NULL);
    g_object_unref(parser);
    return message;
}

// A part's content with its transfer encoding undone, as a stream that is the caller's to release; NULL for none.
static inline GMimeStream *itp_gmime_content(GMimePart *part, const uint8_t **bytes, size_t *count) {
    GMimeDataWrapper *content = g_mime_part_get_content(part);
    GMimeStream *stream = content == NULL ? NULL : g_mime_stream_mem_new();
    if (stream == NULL) return NULL;
    g_mime_data_wrapper_write_to_stream(content, stream);
    GByteArray *array = g_mime_stream_mem_get_byte_array((GMimeStreamMem *)stream);
    *bytes = array->data;
    *count = array->len;
    return stream;
}

static inline void itp_gmime_release(void *object) {
    if (object != NULL) g_object_unref(object);
}

// Seconds since 1970; 0 where the text is no date.
static inline int itp_gmime_date(const char *text, int64_t *seconds) {
    GDateTime *time = g_mime_utils_header_decode_date(text);
    if (time == NULL) return 0;
    *seconds = g_date_time_to_unix(time);
    g_date_time_unref(time);
    return 1;
}

#endif
