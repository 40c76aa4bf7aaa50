package com.auterity.neuroweaver.jobs.refinement.text;

import java.util.Set;

/** The commonest words of a language: a text of that language can hardly do without them. */
public final class StopWords {
  public static final Set<String> ENGLISH =
      Set.of(
          ("a about after all also an and any are as at be because been before but by can could did do"
                  + " does for from get had has have he her here him his how i if in into is it it's"
                  + " its just me more my no not now of on one only or other our out over she so some"
                  + " than that the their them then there these they this to too up us was we were"
                  + " what when where which while who will with would you your")
              .split(" "));
  public static final Set<String> SPANISH =
      Set.of(
          ("a al algo antes aquí así aunque cada como con cuando de del desde donde dos el él ella en"
                  + " entre era es esa ese eso esta está estaba este esto fue ha había hace hasta hay"
                  + " la las le les lo los más me mi mis mucho muy nada ni no nos o otra otro para"
                  + " pero poco por porque que qué se ser si sí sin sobre son su sus también tan te"
                  + " tiene todo todos tu un una uno y ya yo")
              .split(" "));
  public static final Set<String> FRENCH =
      Set.of(
          ("à ai alors après as au aussi autre aux avec avoir bien car ce cela ces cet cette c'est"
                  + " comme dans de des donc du elle elles en encore est et été être eu fait il ils"
                  + " j'ai je la le les leur leurs lui ma mais me même mes moi mon ne nous on ont ou"
                  + " où par pas peu plus pour qu'il quand que qui sa sans se ses si son sont sur ta"
                  + " tout tous très tu un une vous y")
              .split(" "));

  private StopWords() {}
}
