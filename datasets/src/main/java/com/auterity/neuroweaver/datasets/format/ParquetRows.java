package com.auterity.neuroweaver.datasets.format;

import com.auterity.neuroweaver.datasets.schema.Schema;
import java.util.ArrayList;
import java.util.List;
import org.apache.parquet.column.Dictionary;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.Converter;
import org.apache.parquet.io.api.GroupConverter;
import org.apache.parquet.io.api.PrimitiveConverter;
import org.apache.parquet.io.api.RecordMaterializer;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;

/** Puts the cells Parquet's record assembly delivers into one array for each row. */
final class ParquetRows extends RecordMaterializer<Object[]> {
  private final Converter[] cells;
  private final GroupConverter root;
  private Object[] values;
  private String problem;

  ParquetRows(MessageType type, Schema schema, List<ParquetCell> columns) {
    cells = new Converter[columns.size()];
    List<Integer> nested = new ArrayList<>();
    for (int i = 0; i < cells.length; i++) {
      String name = schema.columns().get(i).name();
      if (columns.get(i) == ParquetCell.JSON) {
        cells[i] = nested(type.getType(i), i, name);
        nested.add(i);
      } else {
        cells[i] = new CellConverter(i, name, columns.get(i));
      }
    }
    root =
        new GroupConverter() {
          @Override
          public Converter getConverter(int index) {
            return cells[index];
          }

          @Override
          public void start() {
            values = new Object[cells.length];
            for (int i : nested) {
              values[i] =
                  type.getType(i).isRepetition(Type.Repetition.REPEATED) ? new ArrayList<>() : null;
            }
            problem = null;
          }

          @Override
          public void end() {
            for (int i : nested) {
              values[i] = values[i] == null ? null : JsonText.of(values[i]);
            }
          }
        };
  }

  @SuppressWarnings("unchecked") // start() of the record puts a list there
  private Converter nested(Type field, int index, String name) {
    ParquetNested nested = new ParquetNested(e -> problem = name + ": " + e.getMessage());
    return nested.converter(
        field,
        field.isRepetition(Type.Repetition.REPEATED)
            ? value -> ((List<Object>) values[index]).add(value)
            : value -> values[index] = value);
  }

  @Override
  public Object[] getCurrentRecord() {
    return values;
  }

  /** What is wrong with the current record, or null. */
  String problem() {
    return problem;
  }

  @Override
  public GroupConverter getRootConverter() {
    return root;
  }

  private final class CellConverter extends PrimitiveConverter {
    private final int index;
    private final String name;
    private final ParquetCell cell;
    private Object[] dictionary;

    CellConverter(int index, String name, ParquetCell cell) {
      this.index = index;
      this.name = name;
      this.cell = cell;
    }

    @Override
    public void addBoolean(boolean value) {
      values[index] = value;
    }

    @Override
    public void addDouble(double value) {
      values[index] = value;
    }

    @Override
    public void addFloat(float value) {
      values[index] = (double) value;
    }

    @Override
    public void addInt(int value) {
      addLong(value);
    }

    @Override
    public void addLong(long value) {
      try {
        values[index] = cell.ofInteger().apply(value);
      } catch (RuntimeException e) {
        problem(e);
      }
    }

    @Override
    public void addBinary(Binary value) {
      try {
        values[index] = cell.ofBytes().apply(value);
      } catch (RuntimeException e) {
        problem(e);
      }
    }

    private void problem(RuntimeException e) {
      if (problem == null) {
        problem = name + ": " + e.getMessage();
      }
    }

    /** Bytes that repeat are decoded once for a dictionary page. */
    @Override
    public boolean hasDictionarySupport() {
      return cell.ofBytes() != null && cell.ofInteger() == null;
    }

    @Override
    public void setDictionary(Dictionary page) {
      dictionary = new Object[page.getMaxId() + 1];
      for (int i = 0; i < dictionary.length; i++) {
        try {
          dictionary[i] = cell.ofBytes().apply(page.decodeToBinary(i));
        } catch (RuntimeException e) {
          dictionary[i] = e;
        }
      }
    }

    @Override
    public void addValueFromDictionary(int id) {
      if (dictionary[id] instanceof RuntimeException e) {
        problem(e);
      } else {
        values[index] = dictionary[id];
      }
    }
  }
}
