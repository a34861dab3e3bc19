package io.landfall.protocol.codec;

import io.landfall.protocol.message.Limits;

/// The types of frames: number on the wire, which header fields each uses, and how long its payload
/// may be. A field that a type does not use must be zero.
enum FrameType {
  HELLO(1, 0, 0, 48, 48 + Limits.MAX_NAME_BYTES),
  AUTH(2, 0, 0, 68, 68),
  OPEN(3, Fields.REQUEST, 0, 1, Limits.MAX_NAME_BYTES),
  OPENED(4, Fields.REQUEST | Fields.HANDLE, 0, 80, 80 + Limits.MAX_NAME_BYTES),
  MAP(5, Fields.REQUEST | Fields.HANDLE | Fields.OFFSET, 0, 12, 12),
  MAPPED(
      6,
      Fields.REQUEST | Fields.HANDLE | Fields.OFFSET,
      0,
      FrameType.EXTENT_BYTES,
      Limits.MAX_EXTENTS * FrameType.EXTENT_BYTES),
  ASK_MANIFEST(7, Fields.REQUEST | Fields.HANDLE | Fields.OFFSET, 0, 0, 0),
  MANIFEST(8, Fields.REQUEST | Fields.HANDLE | Fields.OFFSET, 0, 48, Limits.MAX_SMALL_BYTES),
  WANT(9, Fields.ALL, 0b1111, 0, 0),
  DATA(11, Fields.ALL, 0b11, 1, Limits.MAX_DATA_WIRE_BYTES),
  ZERO(12, Fields.ALL, 0, 0, 0),
  MARK(15, Fields.HANDLE, 0, FrameType.RANGE_BYTES, Limits.MAX_RANGES * FrameType.RANGE_BYTES),
  NOTE(16, 0, 0, 0, Limits.MAX_SENTENCE_BYTES),
  ERROR(17, Fields.REQUEST, 0, 4, 4 + Limits.MAX_SENTENCE_BYTES),
  FIN(18, Fields.HANDLE, 0, 0, 0),
  REQUEST(19, Fields.REQUEST, 0, 1, Limits.MAX_TEXT_BYTES),
  REPLY(20, Fields.REQUEST, 0, 1, Limits.MAX_TEXT_BYTES),
  NOTICE(21, 0, 0, 1, Limits.MAX_TEXT_BYTES),
  ASK_PAGES(22, Fields.ALL, 0, 0, 0),
  PAGES(
      23,
      Fields.REQUEST | Fields.HANDLE | Fields.OFFSET,
      0,
      Long.BYTES,
      Limits.MAX_PAGES * Long.BYTES);

  /// Flag of WANT: before everything else.
  static final int URGENT = 1;

  /// Flag of WANT: after everything else.
  static final int BACKGROUND = 8;

  /// One extent of MAPPED: u64 length, u8 kind.
  static final int EXTENT_BYTES = 9;

  /// One range of MARK: u64 offset, u64 length.
  static final int RANGE_BYTES = 16;

  private static final FrameType[] BY_NUMBER = byNumber();

  final int number;
  final int fields;
  final int flagMask;
  final int minPayload;
  final int maxPayload;

  FrameType(int number, int fields, int flagMask, int minPayload, int maxPayload) {
    this.number = number;
    this.fields = fields;
    this.flagMask = flagMask;
    this.minPayload = minPayload;
    this.maxPayload = maxPayload;
  }

  /// The type with this number, or null: reserved (10 CREDIT, 13 REF, 14 HAVE) or unknown.
  static FrameType ofNumber(int number) {
    return number < BY_NUMBER.length ? BY_NUMBER[number] : null;
  }

  private static FrameType[] byNumber() {
    FrameType[] types = new FrameType[PAGES.number + 1];
    for (FrameType type : values()) {
      types[type.number] = type;
    }
    return types;
  }

  /// Header fields that a type may use.
  static final class Fields {
    static final int REQUEST = 1;
    static final int HANDLE = 2;
    static final int OFFSET = 4;
    static final int RAW_LENGTH = 8;
    static final int ALL = REQUEST | HANDLE | OFFSET | RAW_LENGTH;

    private Fields() {}
  }
}
