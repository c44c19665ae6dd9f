/* Reads one JPEG from memory, rows of grey or CMYK samples at a time.
 *
 * libjpeg leaves a failed call by longjmp, which may not cross a Rust frame, and tells the
 * severity of its warnings by number only. So this file stands between: it calls libjpeg-turbo's
 * libjpeg API, catches every jump, and sorts what went wrong into the few outcomes below. Their
 * numbers are repeated in jpeg.rs.
 *
 * Which warnings count: junk between segments, odd version numbers and broken colour profiles
 * leave the picture whole, and every viewer shows it, so they are passed over. A bad code, data
 * that stops before the picture does and lost restart markers mean pixels that nobody encoded,
 * so they end the reading at once. */

#include <limits.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>
#include <jerror.h>

enum outcome { DONE, ENDS_EARLY, BAD_HEADER, BAD_DATA, UNSUPPORTED, NO_PIXELS, MEMORY, TOO_MANY_SCANS };

struct head {
  uint32_t width, height;
  uint32_t cmyk;              /* four inks instead of grey */
  uint64_t coefficient_bytes; /* of the whole picture, when several scans build it up; else 0 */
};

struct reader {
  struct jpeg_decompress_struct jpeg; /* first, so that libjpeg's pointer to it is ours */
  struct jpeg_error_mgr errors;
  struct jpeg_source_mgr source;
  struct jpeg_progress_mgr progress;
  jmp_buf out;
  enum outcome outcome; /* why `out` was taken */
  int max_scans;
  int past_end; /* libjpeg asked for more than there is */
  int started;  /* the header was read */
};

static const JOCTET END_OF_IMAGE[2] = { 0xFF, JPEG_EOI };

_Noreturn static void leave(struct reader *reader, enum outcome outcome) {
  reader->outcome = outcome;
  longjmp(reader->out, 1);
}

static enum outcome damage(const struct reader *reader) {
  if (reader->past_end) return ENDS_EARLY;
  return reader->started ? BAD_DATA : BAD_HEADER;
}

static void on_error(j_common_ptr common) {
  struct reader *reader = (struct reader *)common;
  switch (common->err->msg_code) {
  case JERR_OUT_OF_MEMORY:
  case JERR_NO_BACKING_STORE:
    leave(reader, MEMORY);
  case JERR_EMPTY_IMAGE:
    leave(reader, NO_PIXELS);
  case JERR_SOF_UNSUPPORTED:
  case JERR_BAD_PRECISION:
  case JERR_ARITH_NOTIMPL:
  case JERR_CCIR601_NOTIMPL:
  case JERR_CONVERSION_NOTIMPL:
  case JERR_FRACT_SAMPLE_NOTIMPL:
  case JERR_NOTIMPL:
  case JERR_NOT_COMPILED:
    leave(reader, UNSUPPORTED);
  default:
    leave(reader, damage(reader));
  }
}

/* Negative levels are warnings, the others are remarks. */
static void on_message(j_common_ptr common, int level) {
  struct reader *reader = (struct reader *)common;
  if (level >= 0) return;
  switch (common->err->msg_code) {
  case JWRN_EXTRANEOUS_DATA:
  case JWRN_ADOBE_XFORM:
  case JWRN_BOGUS_ICC:
  case JWRN_JFIF_MAJOR:
  case JWRN_NOT_SEQUENTIAL:
    return;
  default:
    leave(reader, damage(reader));
  }
}

static void say_nothing(j_common_ptr common) {
  (void)common;
}

/* Each scan passes over the whole picture, so a small file of many scans could keep a processor
 * busy for hours. */
static void on_progress(j_common_ptr common) {
  struct reader *reader = (struct reader *)common;
  if (reader->jpeg.input_scan_number > reader->max_scans) leave(reader, TOO_MANY_SCANS);
}

/* The bytes are all there from the start. Past their end stands an end-of-image marker, as often
 * as it is asked for: a picture that only lost its last marker is whole, and any other notices
 * that its data stops. */
static boolean fill(j_decompress_ptr jpeg) {
  struct reader *reader = (struct reader *)jpeg;
  reader->past_end = 1;
  reader->source.next_input_byte = END_OF_IMAGE;
  reader->source.bytes_in_buffer = sizeof END_OF_IMAGE;
  return TRUE;
}

static void skip(j_decompress_ptr jpeg, long count) {
  struct reader *reader = (struct reader *)jpeg;
  if (count <= 0) return;
  if ((size_t)count > reader->source.bytes_in_buffer) {
    fill(jpeg);
  } else {
    reader->source.next_input_byte += count;
    reader->source.bytes_in_buffer -= (size_t)count;
  }
}

static void nothing(j_decompress_ptr jpeg) {
  (void)jpeg;
}

static void set_up(struct reader *reader, const uint8_t *bytes, size_t length, long max_memory) {
  reader->jpeg.err = jpeg_std_error(&reader->errors);
  reader->errors.error_exit = on_error;
  reader->errors.emit_message = on_message;
  reader->errors.output_message = say_nothing;
  jpeg_create_decompress(&reader->jpeg);
  reader->jpeg.mem->max_memory_to_use = max_memory;
  reader->source.next_input_byte = bytes;
  reader->source.bytes_in_buffer = length;
  reader->source.init_source = nothing;
  reader->source.fill_input_buffer = fill;
  reader->source.skip_input_data = skip;
  reader->source.resync_to_restart = jpeg_resync_to_restart;
  reader->source.term_source = nothing;
  reader->jpeg.src = &reader->source;
  reader->progress.progress_monitor = on_progress;
  reader->jpeg.progress = &reader->progress;
}

static uint64_t coefficient_bytes(struct jpeg_decompress_struct *jpeg) {
  uint64_t blocks = 0;
  if (!jpeg_has_multiple_scans(jpeg)) return 0;
  for (int i = 0; i < jpeg->num_components; i++) {
    const jpeg_component_info *component = &jpeg->comp_info[i];
    /* The arrays are padded to whole units of sampling. */
    uint64_t across = (uint64_t)component->width_in_blocks + (uint64_t)component->h_samp_factor;
    uint64_t down = (uint64_t)component->height_in_blocks + (uint64_t)component->v_samp_factor;
    blocks += across * down;
  }
  return blocks * sizeof(JBLOCK);
}

static int choose_colour(struct jpeg_decompress_struct *jpeg) {
  switch (jpeg->jpeg_color_space) {
  case JCS_GRAYSCALE:
  case JCS_YCbCr:
  case JCS_RGB:
    jpeg->out_color_space = JCS_GRAYSCALE;
    return 1;
  case JCS_CMYK:
  case JCS_YCCK:
    jpeg->out_color_space = JCS_CMYK;
    return 1;
  default:
    return 0;
  }
}

/* Whether a picture that lost its last marker is complete. One scan of Huffman codes is, or it
 * had noticed; so are progressive scans that leave no bit of a coefficient open. Arithmetic codes
 * may be followed by any number of zeros that are not written, so of them nobody knows. */
static int is_complete(struct jpeg_decompress_struct *jpeg) {
  if (jpeg->arith_code) return 0;
  if (!jpeg_has_multiple_scans(jpeg)) return 1;
  if (!jpeg->progressive_mode || jpeg->coef_bits == NULL) return 0;
  for (int i = 0; i < jpeg->num_components; i++)
    for (int k = 0; k < DCTSIZE2; k++)
      if (jpeg->coef_bits[i][k] != 0) return 0;
  return 1;
}

void athar_jpeg_close(struct reader *reader) {
  if (reader == NULL) return;
  if (setjmp(reader->out) == 0) jpeg_destroy_decompress(&reader->jpeg);
  free(reader);
}

/* Reads the header. On any outcome but DONE there is nothing to close. */
int athar_jpeg_open(const uint8_t *bytes, size_t length, uint64_t max_memory, int max_scans,
                    struct head *head, struct reader **opened) {
  struct reader *reader = calloc(1, sizeof *reader);
  if (reader == NULL) return MEMORY;
  reader->max_scans = max_scans;
  if (setjmp(reader->out) != 0) {
    int outcome = reader->outcome;
    athar_jpeg_close(reader);
    return outcome;
  }
  set_up(reader, bytes, length, max_memory > LONG_MAX ? LONG_MAX : (long)max_memory);
  jpeg_read_header(&reader->jpeg, TRUE);
  if (reader->jpeg.data_precision != 8 || !choose_colour(&reader->jpeg)) leave(reader, UNSUPPORTED);
  head->width = reader->jpeg.image_width;
  head->height = reader->jpeg.image_height;
  head->cmyk = reader->jpeg.out_color_space == JCS_CMYK;
  head->coefficient_bytes = coefficient_bytes(&reader->jpeg);
  reader->started = 1;
  *opened = reader;
  return DONE;
}

/* Sets the scale to 1 / denominator and says how many columns and rows come out. */
int athar_jpeg_start(struct reader *reader, uint32_t denominator, uint32_t *width, uint32_t *height) {
  if (setjmp(reader->out) != 0) return reader->outcome;
  reader->jpeg.scale_num = 1;
  reader->jpeg.scale_denom = denominator;
  jpeg_start_decompress(&reader->jpeg);
  *width = reader->jpeg.output_width;
  *height = reader->jpeg.output_height;
  return DONE;
}

/* Fills `rows` rows that lie `stride` bytes apart. There must be that many left. */
int athar_jpeg_rows(struct reader *reader, uint8_t *samples, size_t stride, uint32_t rows) {
  if (setjmp(reader->out) != 0) return reader->outcome;
  JDIMENSION end = reader->jpeg.output_scanline + rows;
  JDIMENSION start = reader->jpeg.output_scanline;
  while (reader->jpeg.output_scanline < end) {
    JSAMPROW row = samples + stride * (reader->jpeg.output_scanline - start);
    if (jpeg_read_scanlines(&reader->jpeg, &row, 1) != 1) leave(reader, BAD_DATA);
  }
  return DONE;
}

/* Reads on to the end of the picture. Scans that never came are noticed here. */
int athar_jpeg_finish(struct reader *reader) {
  if (setjmp(reader->out) != 0) return reader->outcome;
  if (reader->past_end && !is_complete(&reader->jpeg)) leave(reader, ENDS_EARLY);
  jpeg_finish_decompress(&reader->jpeg);
  return DONE;
}
