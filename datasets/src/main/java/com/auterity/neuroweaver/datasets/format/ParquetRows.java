package com.auterity.neuroweaver.datasets.format;

import com.auterity.neuroweaver.datasets.schema.Schema;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.parquet.column.Dictionary;
import org.apache.parquet.io.api.Converter;
import org.apache.parquet.io.api.GroupConverter;
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
        cells[i] = flat(columns.get(i), i, name);
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

  private Converter flat(ParquetCell cell, int index, String name) {
    return new DictionaryScalar(
        cell,
        value -> values[index] = value,
        e -> problem = problem == null ? name + ": " + e.getMessage() : problem);
  }

  /** Bytes that repeat are decoded once for a dictionary page. */
  private static final class DictionaryScalar extends ParquetScalar {
    private Object[] dictionary;

    DictionaryScalar(ParquetCell cell, Consumer<Object> sink, Consumer<RuntimeException> problem) {
      super(cell, sink, problem);
    }

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
        refuse(e);
      } else {
        sink.accept(dictionary[id]);
      }
    }
  }
}
