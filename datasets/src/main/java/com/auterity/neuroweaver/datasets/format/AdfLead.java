package com.auterity.neuroweaver.datasets.format;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jsoup.nodes.Element;

/**
 * One prospect of an ADF file laid out flat. The first vehicle the customer wants is the vehicle,
 * the first one to sell or trade in is the trade-in; all of them stand in {@code vehicles} as JSON
 * when there are more. Of several phones or emails the preferred one counts, else the first.
 */
final class AdfLead {
  static final List<String> COLUMNS =
      List.of(
          "lead_id",
          "lead_source",
          "lead_status",
          "request_date",
          "vehicle_interest",
          "vehicle_status",
          "vehicle_year",
          "vehicle_make",
          "vehicle_model",
          "vehicle_vin",
          "vehicle_stock",
          "vehicle_trim",
          "vehicle_doors",
          "vehicle_bodystyle",
          "vehicle_transmission",
          "vehicle_odometer",
          "vehicle_odometer_units",
          "vehicle_condition",
          "vehicle_exterior_color",
          "vehicle_interior_color",
          "vehicle_price",
          "vehicle_price_type",
          "vehicle_price_currency",
          "vehicle_comments",
          "trade_in_year",
          "trade_in_make",
          "trade_in_model",
          "trade_in_vin",
          "trade_in_odometer",
          "trade_in_comments",
          "vehicles",
          "customer_id",
          "customer_first_name",
          "customer_middle_name",
          "customer_last_name",
          "customer_full_name",
          "customer_email",
          "customer_phone",
          "customer_phone_type",
          "customer_phone_time",
          "customer_phones",
          "customer_street",
          "customer_apartment",
          "customer_city",
          "customer_region",
          "customer_postal_code",
          "customer_country",
          "customer_timeframe",
          "customer_comments",
          "vendor_id",
          "vendor_name",
          "vendor_url",
          "vendor_email",
          "vendor_phone",
          "provider_id",
          "provider_name",
          "provider_service",
          "provider_url",
          "provider_email",
          "provider_phone");

  private static final List<String> OF_VEHICLE =
      List.of(
          "year",
          "make",
          "model",
          "vin",
          "stock",
          "trim",
          "doors",
          "bodystyle",
          "transmission",
          "odometer",
          "condition");

  private final Map<String, String> cells = new LinkedHashMap<>();

  private AdfLead() {}

  /** The texts by column; empty when the prospect names neither a vehicle nor a customer. */
  static Map<String, String> of(Element prospect) {
    AdfLead lead = new AdfLead();
    lead.vehicles(children(prospect, "vehicle"));
    lead.customer(first(prospect, "customer"));
    if (lead.cells.isEmpty()) {
      return lead.cells;
    }
    lead.put("lead_id", text(prospect, "id"));
    lead.put("lead_source", attribute(first(prospect, "id"), "source"));
    lead.put("lead_status", attribute(prospect, "status"));
    lead.put("request_date", text(prospect, "requestdate"));
    lead.party("vendor", first(prospect, "vendor"), "vendorname");
    Element provider = first(prospect, "provider");
    lead.party("provider", provider, "name");
    lead.put("provider_service", text(provider, "service"));
    return lead.cells;
  }

  private void vehicles(List<Element> vehicles) {
    Element wanted = vehicles.stream().filter(v -> !given(v)).findFirst().orElse(null);
    Element traded = vehicles.stream().filter(AdfLead::given).findFirst().orElse(null);
    if (wanted != null) {
      put("vehicle_interest", attribute(wanted, "interest"));
      put("vehicle_status", attribute(wanted, "status"));
      OF_VEHICLE.forEach(name -> put("vehicle_" + name, text(wanted, name)));
      put("vehicle_odometer_units", attribute(first(wanted, "odometer"), "units"));
      Element color = first(wanted, "colorcombination");
      put("vehicle_exterior_color", text(color, "exteriorcolor"));
      put("vehicle_interior_color", text(color, "interiorcolor"));
      Element price = first(wanted, "price");
      put("vehicle_price", text(wanted, "price"));
      put("vehicle_price_type", attribute(price, "type"));
      put("vehicle_price_currency", attribute(price, "currency"));
      put("vehicle_comments", text(wanted, "comments"));
    }
    if (traded != null) {
      for (String name : List.of("year", "make", "model", "vin", "odometer", "comments")) {
        put("trade_in_" + name, text(traded, name));
      }
    }
    if (vehicles.size() > (wanted == null ? 0 : 1) + (traded == null ? 0 : 1)) {
      put("vehicles", JsonText.of(vehicles.stream().map(AdfLead::described).toList()));
    }
  }

  private void customer(Element customer) {
    if (customer == null) {
      return;
    }
    // Some senders leave the contact out and put its parts into the customer.
    Element contact = first(customer, "contact") == null ? customer : first(customer, "contact");
    List<String> whole = new ArrayList<>();
    for (Element name : children(contact, "name")) {
      String part = attribute(name, "part");
      switch (part == null ? "full" : part) {
        case "first" -> put("customer_first_name", text(name));
        case "middle" -> put("customer_middle_name", text(name));
        case "last", "surname" -> put("customer_last_name", text(name));
        default -> whole.add(text(name));
      }
    }
    whole.stream().filter(text -> text != null).findFirst().ifPresent(n -> full(n));
    put("customer_email", text(preferred(contact, "email")));
    List<Element> phones = children(contact, "phone");
    Element phone = preferred(contact, "phone");
    put("customer_phone", text(phone));
    put("customer_phone_type", attribute(phone, "type"));
    put("customer_phone_time", attribute(phone, "time"));
    if (phones.size() > 1) {
      put("customer_phones", JsonText.of(phones.stream().map(AdfLead::described).toList()));
    }
    Element address = first(contact, "address");
    List<String> streets =
        children(address, "street").stream().map(AdfLead::text).filter(t -> t != null).toList();
    put("customer_street", streets.isEmpty() ? null : String.join(", ", streets));
    put("customer_apartment", text(address, "apartment"));
    put("customer_city", text(address, "city"));
    put("customer_region", text(address, "regioncode"));
    put("customer_postal_code", text(address, "postalcode"));
    put("customer_country", text(address, "country"));
    Element timeframe = first(customer, "timeframe");
    String described = text(timeframe, "description");
    put("customer_timeframe", described == null ? text(timeframe) : described);
    put("customer_comments", text(customer, "comments"));
    put("customer_id", text(customer, "id"));
  }

  private void full(String name) {
    put("customer_full_name", name);
  }

  private void party(String prefix, Element party, String name) {
    Element contact = first(party, "contact");
    String named = text(party, name);
    put(prefix + "_id", text(party, "id"));
    put(prefix + "_name", named == null ? text(contact, "name") : named);
    put(prefix + "_url", text(party, "url"));
    for (String way : List.of("email", "phone")) {
      String direct = text(preferred(party, way));
      put(prefix + "_" + way, direct == null ? text(preferred(contact, way)) : direct);
    }
  }

  private void put(String column, String text) {
    if (text != null) {
      cells.put(column, text);
    }
  }

  /** Whether the customer gives the vehicle rather than wants it. */
  private static boolean given(Element vehicle) {
    String interest = attribute(vehicle, "interest");
    return interest != null && (interest.startsWith("trade") || interest.equals("sell"));
  }

  private static Map<String, Object> described(Element element) {
    Map<String, Object> all = new LinkedHashMap<>();
    element.attributes().forEach(a -> all.put(a.getKey(), attribute(element, a.getKey())));
    if (element.children().isEmpty()) {
      all.put("text", text(element));
    }
    element.children().forEach(child -> all.putIfAbsent(child.normalName(), text(child)));
    return all;
  }

  private static Element preferred(Element parent, String name) {
    List<Element> all = children(parent, name).stream().filter(e -> text(e) != null).toList();
    return all.stream()
        .filter(e -> "1".equals(attribute(e, "preferredcontact")))
        .findFirst()
        .orElse(all.isEmpty() ? null : all.get(0));
  }

  private static Element first(Element parent, String name) {
    List<Element> all = children(parent, name);
    return all.isEmpty() ? null : all.get(0);
  }

  private static List<Element> children(Element parent, String name) {
    return parent == null
        ? List.of()
        : parent.children().stream().filter(e -> e.normalName().equals(name)).toList();
  }

  /** Text of the first child of that name that has any. */
  private static String text(Element parent, String name) {
    return children(parent, name).stream()
        .flatMap(e -> Stream.ofNullable(text(e)))
        .findFirst()
        .orElse(null);
  }

  /** All text below, without space around it; null when there is none. */
  private static String text(Element element) {
    if (element == null) {
      return null;
    }
    String text = element.wholeText().strip();
    return text.isEmpty() ? null : text;
  }

  /** Without curly quotes, which real senders write around it. */
  private static String attribute(Element element, String name) {
    if (element == null) {
      return null;
    }
    String value = element.attr(name).replaceAll("[\u201c\u201d\u2018\u2019\"']", "").strip();
    return value.isEmpty() ? null : value;
  }
}
