package com.auterity.neuroweaver.datasets.format;

import com.auterity.neuroweaver.datasets.schema.ColumnDeclaration;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.SemanticType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The columns of NHTSA's flat files by the names, spelling and types its CMPL.txt and RCL.txt give
 * them. Fields were added at the end over the years, so a file may have fewer.
 */
final class NhtsaColumns {
  /** Name, and d for a day, n for a number, nothing for text. */
  private static final String COMPLAINTS =
      """
      CMPLID ODINO MFR_NAME MAKETXT MODELTXT YEARTXT:n CRASH FAILDATE:d FIRE INJURED:n DEATHS:n
      COMPDESC CITY STATE VIN DATEA:d LDATE:d MILES:n OCCURENCES:n CDESCR CMPL_TYPE POLICE_RPT_YN
      PURCH_DT:d ORIG_OWNER_YN ANTI_BRAKES_YN CRUISE_CONT_YN NUM_CYLS:n DRIVE_TRAIN FUEL_SYS
      FUEL_TYPE TRANS_TYPE VEH_SPEED:n DOT TIRE_SIZE LOC_OF_TIRE TIRE_FAIL_TYPE ORIG_EQUIP_YN
      MANUF_DT:d SEAT_TYPE RESTRAINT_TYPE DEALER_NAME DEALER_TEL DEALER_CITY DEALER_STATE
      DEALER_ZIP PROD_TYPE REPAIRED_YN MEDICAL_ATTN VEHICLES_TOWED_YN
      """;

  private static final int FEWEST_OF_COMPLAINTS = 46;

  private static final String RECALLS =
      """
      RECORD_ID:n CAMPNO MAKETXT MODELTXT YEARTXT:n MFGCAMPNO COMPNAME MFGNAME BGMAN:d ENDMAN:d
      RCLTYPECD POTAFF:n ODATE:d INFLUENCED_BY MFGTXT RCDATE:d DATEA:d RPNO FMVSS DESC_DEFECT
      CONEQUENCE_DEFECT CORRECTIVE_ACTION NOTES RCL_CMPT_ID MFR_COMP_NAME MFR_COMP_DESC
      MFR_COMP_PTNO DO_NOT_DRIVE PARK_OUTSIDE
      """;

  private static final int FEWEST_OF_RECALLS = 23;

  private NhtsaColumns() {}

  /** The options with the columns the file has; what the user declares of one counts. */
  static FileOptions complete(Path file, FileOptions options) {
    boolean complaints = options.format() == FileFormat.NHTSA_COMPLAINTS;
    List<ColumnDeclaration> documented = parse(complaints ? COMPLAINTS : RECALLS);
    int fewest = complaints ? FEWEST_OF_COMPLAINTS : FEWEST_OF_RECALLS;
    int width = DelimitedReader.width(file, options);
    if (width < fewest || width > documented.size()) {
      throw DatasetFile.refused(
          file,
          "has "
              + width
              + " tab-separated cells in its first line; "
              + options.format().word()
              + " has "
              + fewest
              + " to "
              + documented.size());
    }
    Map<String, ColumnDeclaration> columns = new LinkedHashMap<>();
    documented.subList(0, width).forEach(column -> columns.put(column.name(), column));
    List<String> names = List.copyOf(columns.keySet());
    DeclaredColumns.over(file, names, options.columns());
    options.columns().forEach(column -> columns.put(column.name(), column));
    return options.withColumns(List.copyOf(columns.values()));
  }

  private static List<ColumnDeclaration> parse(String names) {
    List<ColumnDeclaration> columns = new ArrayList<>();
    for (String word : names.strip().split("\\s+")) {
      String[] parts = word.split(":");
      String type = parts.length == 1 ? "" : parts[1];
      columns.add(
          switch (type) {
            case "d" -> new ColumnDeclaration(parts[0], ColumnType.DATE, SemanticType.NONE, true);
            case "n" -> new ColumnDeclaration(parts[0], ColumnType.INT64, SemanticType.NONE, true);
            default -> new ColumnDeclaration(parts[0], ColumnType.STRING, SemanticType.NONE, true);
          });
    }
    return columns;
  }
}
