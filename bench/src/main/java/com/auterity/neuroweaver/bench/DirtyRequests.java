package com.auterity.neuroweaver.bench;

import com.auterity.neuroweaver.datasets.automotive.Dirt;
import com.auterity.neuroweaver.datasets.automotive.ServiceRequests;
import com.auterity.neuroweaver.datasets.automotive.Split;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Service requests as mail and web forms bring them: the generator's own faults, many of them, and
 * on top HTML, signatures, quoted mails and disclaimers, other languages, and texts that say
 * nothing. What the customer wants and the right answer are those of the clean rows.
 */
final class DirtyRequests implements Iterator<Map<String, Object>> {
  /** A fifth is said twice, in the same words or nearly. */
  private static final Dirt FAULTS = new Dirt(0.12, 0.12, 0.05, 0.03, 0.02, 0.03, 0.03);

  private static final double MAIL = 0.3;
  private static final double HTML = 0.15;
  private static final double FOREIGN = 0.04;
  private static final double NOISE = 0.04;

  private static final List<String> NAMES = List.of("Dana", "Chris", "Sam", "Alex", "Robin", "Kim");
  private static final List<String> FOREIGN_TEXTS =
      List.of(
          "Necesito cambiar la cita de mañana porque no puedo llegar al taller a esa hora",
          "Quisiera saber cuánto cuesta un coche nuevo y si aceptan el mío como parte del pago",
          "Bonjour, pouvez-vous me dire à quelle heure ouvre votre magasin le samedi matin",
          "Je voudrais acheter une voiture d'occasion pour ma fille, avez-vous quelque chose");
  private static final List<String> MAIL_ENDS =
      List.of(
          """


          Best regards,
          %s
          +1 (555) 010-0%d
          """,
          """

          --
          %s
          Sent from my phone, excuse brevity and typos (%d)
          """,
          """


          Thank you,
          %s

          CONFIDENTIALITY NOTICE: This e-mail and any attachments (%d) are confidential and intended \
          solely for the addressee. If you are not the intended recipient, please notify the sender \
          and delete this message; any use or distribution of it is prohibited.
          """,
          """


          On Mon, Mar 2, 2026 at 9:1%2$d AM, Service Desk wrote:
          > Hi %1$s,
          > thank you for choosing us. Please reply with a short description of the trouble.
          > Our opening hours are Monday to Friday, 7 to 6.
          """);

  private final Iterator<Map<String, Object>> clean;
  private final Random random;

  DirtyRequests(long seed, int rows) {
    clean = new ServiceRequests(seed, rows, Split.TRAIN, FAULTS).stream().iterator();
    random = new Random(seed);
  }

  @Override
  public boolean hasNext() {
    return clean.hasNext();
  }

  @Override
  public Map<String, Object> next() {
    Map<String, Object> row = clean.next();
    if (row.get("customer_text") instanceof String text && !text.isBlank()) {
      row.put("customer_text", soiled(text));
    }
    return row;
  }

  private String soiled(String text) {
    double draw = random.nextDouble();
    if (draw < FOREIGN) {
      return FOREIGN_TEXTS.get(random.nextInt(FOREIGN_TEXTS.size())) + " " + random.nextInt(1000);
    }
    draw -= FOREIGN;
    if (draw < NOISE) {
      return noise();
    }
    draw -= NOISE;
    String name = NAMES.get(random.nextInt(NAMES.size()));
    int number = random.nextInt(10);
    if (draw < MAIL) {
      String end = MAIL_ENDS.get(random.nextInt(MAIL_ENDS.size()));
      return "Hello,\n\n" + text + end.formatted(name, number);
    }
    draw -= MAIL;
    if (draw < HTML) {
      return "<html><head><style>p{margin:0}</style></head><body><p>"
          + text.replace("&", "&amp;").replace("<", "&lt;")
          + "</p><br><p><span style=\"color:#1f497d\">&nbsp;</span></p></body></html>";
    }
    return text;
  }

  private String noise() {
    StringBuilder noise = new StringBuilder();
    int length = 30 + random.nextInt(60);
    for (int i = 0; i < length; i++) {
      noise.append("asdfjkl;#!?-=+ 0123".charAt(random.nextInt(19)));
    }
    return noise.toString();
  }
}
