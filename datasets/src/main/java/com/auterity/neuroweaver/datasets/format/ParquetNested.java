package com.auterity.neuroweaver.datasets.format;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.Converter;
import org.apache.parquet.io.api.GroupConverter;
import org.apache.parquet.io.api.PrimitiveConverter;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.LogicalTypeAnnotation.ListLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.MapKeyValueTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.MapLogicalTypeAnnotation;
import org.apache.parquet.schema.Type;

/**
 * Converters that build a nested Parquet value as lists and maps, by the rules of the Parquet
 * format's LogicalTypes.md, those for files of older writers included.
 */
final class ParquetNested {
  private final Consumer<RuntimeException> problem;

  /**
   * @param problem told of a value that cannot be taken
   */
  ParquetNested(Consumer<RuntimeException> problem) {
    this.problem = problem;
  }

  /** Whether a field is more than one value. */
  static boolean nested(Type field) {
    return !field.isPrimitive() || field.isRepetition(Type.Repetition.REPEATED);
  }

  /** Whether every value of the field can be taken. */
  static boolean supported(Type field) {
    return field.isPrimitive()
        ? ParquetCell.of(field.asPrimitiveType()) != null
        : field.asGroupType().getFields().stream().allMatch(ParquetNested::supported);
  }

  /**
   * @param sink takes each value of the field; a repeated one comes value by value
   */
  Converter converter(Type field, Consumer<Object> sink) {
    if (field.isPrimitive()) {
      return new Scalar(ParquetCell.of(field.asPrimitiveType()), sink);
    }
    GroupType group = field.asGroupType();
    if (group.getLogicalTypeAnnotation() instanceof ListLogicalTypeAnnotation
        && isRepeatedAlone(group)) {
      return new ListGroup(group.getType(0), group.getName(), sink);
    }
    if ((group.getLogicalTypeAnnotation() instanceof MapLogicalTypeAnnotation
            || group.getLogicalTypeAnnotation() instanceof MapKeyValueTypeAnnotation)
        && isRepeatedAlone(group)
        && !group.getType(0).isPrimitive()
        && group.getType(0).asGroupType().getFieldCount() == 2) {
      return new MapGroup(group.getType(0).asGroupType(), sink);
    }
    return new Struct(group, sink);
  }

  private static boolean isRepeatedAlone(GroupType group) {
    return group.getFieldCount() == 1 && group.getType(0).isRepetition(Type.Repetition.REPEATED);
  }

  /** Whether the repeated group itself is the element, as older writers meant it. */
  private static boolean isElement(Type repeated, String list) {
    return repeated.isPrimitive()
        || repeated.asGroupType().getFieldCount() != 1
        || repeated.getName().equals("array")
        || repeated.getName().equals(list + "_tuple");
  }

  private final class ListGroup extends GroupConverter {
    private final Converter child;
    private final Consumer<Object> sink;
    private List<Object> list;

    ListGroup(Type repeated, String name, Consumer<Object> sink) {
      this.sink = sink;
      Consumer<Object> add = value -> list.add(value);
      child =
          isElement(repeated, name)
              ? converter(repeated, add)
              : new Element(repeated.asGroupType().getType(0), add);
    }

    @Override
    public Converter getConverter(int index) {
      return child;
    }

    @Override
    public void start() {
      list = new ArrayList<>();
    }

    @Override
    public void end() {
      sink.accept(list);
    }
  }

  /** The group around a list's element: null when the element is absent. */
  private final class Element extends GroupConverter {
    private final Converter child;
    private final Consumer<Object> sink;
    private final List<Object> repeated = new ArrayList<>();
    private final boolean isRepeated;
    private Object value;

    Element(Type element, Consumer<Object> sink) {
      this.sink = sink;
      isRepeated = element.isRepetition(Type.Repetition.REPEATED);
      child = converter(element, isRepeated ? repeated::add : found -> value = found);
    }

    @Override
    public Converter getConverter(int index) {
      return child;
    }

    @Override
    public void start() {
      value = null;
      repeated.clear();
    }

    @Override
    public void end() {
      sink.accept(isRepeated ? new ArrayList<>(repeated) : value);
    }
  }

  private final class MapGroup extends GroupConverter {
    private final Converter entry;
    private final Consumer<Object> sink;
    private List<Object> keys;
    private List<Object> values;

    MapGroup(GroupType pair, Consumer<Object> sink) {
      this.sink = sink;
      String key = pair.getFieldName(0);
      String value = pair.getFieldName(1);
      entry =
          new Struct(
              pair,
              found -> {
                Map<?, ?> fields = (Map<?, ?>) found;
                keys.add(fields.get(key));
                values.add(fields.get(value));
              });
    }

    @Override
    public Converter getConverter(int index) {
      return entry;
    }

    @Override
    public void start() {
      keys = new ArrayList<>();
      values = new ArrayList<>();
    }

    @Override
    public void end() {
      sink.accept(JsonText.map(keys, values));
    }
  }

  private final class Struct extends GroupConverter {
    private final GroupType type;
    private final Converter[] children;
    private final Consumer<Object> sink;
    private Map<String, Object> fields;

    Struct(GroupType type, Consumer<Object> sink) {
      this.type = type;
      this.sink = sink;
      children = new Converter[type.getFieldCount()];
      for (int i = 0; i < children.length; i++) {
        String name = type.getFieldName(i);
        children[i] =
            converter(
                type.getType(i),
                type.getType(i).isRepetition(Type.Repetition.REPEATED)
                    ? value -> elements(name).add(value)
                    : value -> fields.put(name, value));
      }
    }

    @Override
    public Converter getConverter(int index) {
      return children[index];
    }

    @Override
    public void start() {
      fields = new LinkedHashMap<>();
      for (Type field : type.getFields()) {
        boolean repeated = field.isRepetition(Type.Repetition.REPEATED);
        fields.put(field.getName(), repeated ? new ArrayList<>() : null);
      }
    }

    @Override
    public void end() {
      sink.accept(fields);
    }

    @SuppressWarnings("unchecked") // start() put it there
    private List<Object> elements(String name) {
      return (List<Object>) fields.get(name);
    }
  }

  private final class Scalar extends PrimitiveConverter {
    private final ParquetCell cell;
    private final Consumer<Object> sink;

    Scalar(ParquetCell cell, Consumer<Object> sink) {
      this.cell = cell;
      this.sink = sink;
    }

    @Override
    public void addBoolean(boolean value) {
      sink.accept(value);
    }

    @Override
    public void addDouble(double value) {
      sink.accept(value);
    }

    @Override
    public void addFloat(float value) {
      sink.accept((double) value);
    }

    @Override
    public void addInt(int value) {
      addLong(value);
    }

    @Override
    public void addLong(long value) {
      try {
        sink.accept(cell.ofInteger().apply(value));
      } catch (RuntimeException e) {
        sink.accept(null);
        problem.accept(e);
      }
    }

    @Override
    public void addBinary(Binary value) {
      try {
        sink.accept(cell.ofBytes().apply(value));
      } catch (RuntimeException e) {
        sink.accept(null);
        problem.accept(e);
      }
    }
  }
}
