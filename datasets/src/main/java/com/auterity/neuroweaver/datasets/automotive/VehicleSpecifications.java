package com.auterity.neuroweaver.datasets.automotive;

import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.auterity.neuroweaver.datasets.schema.SemanticType;
import java.util.List;
import java.util.SplittableRandom;

/** Vehicles of a dealer's stock with their specifications. */
final class VehicleSpecifications {
  private static final List<String> COLORS =
      List.of(
          "white",
          "black",
          "silver",
          "gray",
          "dark blue",
          "red",
          "green",
          "beige",
          "copper",
          "brown");

  private static final Schema SCHEMA =
      new Schema(
          List.of(
              new Column("vin", ColumnType.STRING, false, SemanticType.VIN),
              Column.of("stock_number", ColumnType.STRING),
              Column.of("make", ColumnType.STRING),
              Column.of("model", ColumnType.STRING),
              Column.of("model_year", ColumnType.INT64),
              Column.of("trim", ColumnType.STRING),
              Column.of("body_style", ColumnType.STRING),
              Column.of("color", ColumnType.STRING),
              Column.of("new_vehicle", ColumnType.BOOL),
              new Column("odometer", ColumnType.INT64, true, SemanticType.ODOMETER),
              Column.of("engine", ColumnType.STRING),
              Column.of("displacement_l", ColumnType.FLOAT64),
              Column.of("cylinders", ColumnType.INT64),
              Column.of("horsepower", ColumnType.INT64),
              Column.of("torque_lb_ft", ColumnType.INT64),
              Column.of("transmission", ColumnType.STRING),
              Column.of("drivetrain", ColumnType.STRING),
              Column.of("city_mpg", ColumnType.INT64),
              Column.of("highway_mpg", ColumnType.INT64),
              Column.of("combined_mpg", ColumnType.INT64),
              Column.of("tank_gal", ColumnType.FLOAT64),
              Column.of("curb_weight_lb", ColumnType.INT64),
              Column.of("towing_lb", ColumnType.INT64),
              Column.of("seats", ColumnType.INT64),
              Column.of("wheelbase_in", ColumnType.FLOAT64),
              Column.of("length_in", ColumnType.FLOAT64),
              Column.of("oil_capacity_qt", ColumnType.FLOAT64),
              Column.of("oil_grade", ColumnType.STRING),
              Column.of("tire_size", ColumnType.STRING),
              Column.of("lug_torque_lb_ft", ColumnType.INT64),
              new Column("msrp", ColumnType.FLOAT64, true, SemanticType.MONEY),
              new Column("asking_price", ColumnType.FLOAT64, true, SemanticType.MONEY)));

  static final KitDataset DATASET =
      new KitDataset(
          "vehicle_specifications",
          "Vehicles in stock: engine, economy, weights, tires, prices.",
          SCHEMA,
          5_000,
          VehicleSpecifications::row);

  private VehicleSpecifications() {}

  static String color(SplittableRandom random) {
    return COLORS.get(random.nextInt(COLORS.size()));
  }

  private static Object[] row(long ordinal, SplittableRandom random) {
    SpecSheet sheet = SpecSheet.draw(random);
    boolean fresh = sheet.modelYear() >= SpecSheet.LAST_YEAR - 1 && random.nextBoolean();
    int miles = fresh ? 3 + random.nextInt(60) : sheet.miles(random);
    return new Object[] {
      Vehicles.vin(sheet.line(), sheet.modelYear(), random).value(),
      (fresh ? "N" : "U") + "%07d".formatted(ordinal + 1),
      sheet.make(),
      sheet.model(),
      (long) sheet.modelYear(),
      sheet.trim(),
      sheet.body(),
      color(random),
      fresh,
      (long) miles,
      sheet.engine(),
      sheet.liters(),
      (long) sheet.cylinders(),
      (long) sheet.horsepower(),
      (long) sheet.torquePoundFeet(),
      sheet.transmission(),
      sheet.drivetrain(),
      (long) sheet.cityMpg(),
      (long) sheet.highwayMpg(),
      (long) sheet.combinedMpg(),
      sheet.tankGallons(),
      (long) sheet.curbPounds(),
      (long) sheet.towingPounds(),
      (long) sheet.seats(),
      sheet.wheelbaseInches(),
      sheet.lengthInches(),
      sheet.oilQuarts(),
      sheet.oilGrade(),
      sheet.tireSize(),
      (long) sheet.lugPoundFeet(),
      (double) sheet.msrp(),
      (double) (fresh ? sheet.msrp() : sheet.usedPrice(miles))
    };
  }
}
