package com.auterity.neuroweaver.bench;

import java.util.SplittableRandom;

/**
 * What stands in the free text of repair orders: clauses of drawn words with measurements, part
 * numbers and bulletins between them, so that it compresses about as badly as what people type.
 */
final class RepairNotes {
  private static final Words COMPONENTS =
      Words.of(
          """
          alternator,starter,battery,fuse box,ground strap,main harness,brake pad,rotor,caliper,brake hose,
          master cylinder,wheel speed sensor,ABS module,parking brake cable,hub bearing,CV axle,ball joint,
          tie rod end,control arm,sway bar link,strut mount,shock absorber,coil spring,steering rack,
          power steering pump,clock spring,radiator,water pump,thermostat,coolant hose,expansion tank,
          heater core,blend door actuator,blower motor,cabin filter,compressor,condenser,evaporator,
          expansion valve,oil pan gasket,valve cover gasket,rear main seal,timing chain,tensioner,cam phaser,
          VVT solenoid,spark plug,ignition coil,fuel injector,fuel pump,fuel rail,purge valve,EVAP canister,
          gas cap,MAF sensor,MAP sensor,throttle body,intake manifold,EGR valve,oxygen sensor,catalytic converter,
          exhaust flange,muffler hanger,turbocharger,wastegate,intercooler pipe,PCV valve,serpentine belt,
          idler pulley,engine mount,transmission mount,torque converter,valve body,shift solenoid,clutch disc,
          flywheel,driveshaft,carrier bearing,differential,transfer case,axle seal,tire,valve stem,TPMS sensor,
          window regulator,door latch,door actuator,mirror motor,sunroof drain,weatherstrip,wiper motor,
          washer pump,headlamp,tail lamp,turn signal relay,horn,instrument cluster,infotainment unit,
          backup camera,radar sensor,parking sensor,seat heater,seat belt retractor,airbag connector,
          liftgate strut,hood latch,body control module,powertrain control module,gateway module,key fob,
          charge port,inverter coolant pump,high voltage contactor,DC converter,oil filter,air filter""");
  private static final Words FAULTS =
      Words.of(
          """
          leaking,cracked,worn to the wear bar,seized,noisy,corroded,loose,open circuit,shorted to ground,
          sticking,burned,rubbing,out of specification,contaminated,frayed,bent,torn,weak under load,
          intermittent,overheating,vibrating,squealing,grinding,clunking,slipping,stuck open,stuck closed,
          not reading,reading low,reading high,full of debris,wet with oil,wet with coolant,chewed by rodents,
          broken at the clip,loose at the connector,missing a bolt,over-torqued,installed wrong,glazed""");
  private static final Words FEELINGS =
      Words.of(
          """
          grinding noise,loud squeal,clunk,rattle,hum,whine,ticking,hissing,burning smell,sweet smell,fuel smell,
          vibration,shudder,pull to the left,pull to the right,hesitation,stall,rough idle,no start,slow crank,
          warning light,reduced power message,soft pedal,hard pedal,fluid on the driveway,water on the carpet,
          fogged windows,no heat,warm air only,dead screen,flickering lights,drained battery,hard shift,
          delayed engagement,bouncy ride,wandering on the highway,poor mileage,white smoke,blue smoke,popping""");
  private static final Words WHEN =
      Words.of(
          """
          on cold start,after a long drive,at idle,at highway speed,when braking,when turning left,
          when turning right,over bumps,in reverse,in the rain,after a car wash,with the A/C on,uphill,
          under hard acceleration,while coasting,when parked overnight,since the last oil change,
          since the recall work,in stop and go traffic,when towing,with a full tank,at random,every morning,
          below freezing,above 90 degrees,when shifting into drive,after refueling,on gravel roads""");
  private static final Words PLACES =
      Words.of(
          """
          left front,right front,left rear,right rear,front,rear,under the dash,under the hood,driver side,
          passenger side,center console,trunk area,bank 1,bank 2,cylinder 1,cylinder 2,cylinder 3,cylinder 4,
          lower,upper,inner,outer""");
  private static final Words FOUND =
      Words.of(
          """
          found,inspected and found,verified,road tested and confirmed,scoped and saw,measured,pressure tested and saw,
          removed cover and found,traced to,isolated to,duplicated with customer,borescoped and saw""");
  private static final Words DONE =
      Words.of(
          """
          replaced,resealed,cleaned and lubricated,re-torqued,adjusted,repaired,machined,flushed,programmed,
          recalibrated,rewired,aligned,bled,swapped,updated software for,reset adaptation of,secured,rebuilt""");
  private static final Words UNITS =
      Words.of("mm,psi,V,ohm,ft-lb,degrees,percent,kPa,amps,in,qt,g/s,Hz,rpm,thousandths");
  private static final Words SAID =
      Words.of(
          """
          customer states,customer reports,client hears,owner noticed,driver complains of,customer is concerned about,
          per customer,guest advises of,fleet driver reports,spouse of owner says there is""");
  private static final Words CLOSING =
      Words.of(
          """
          road tested OK,no codes returned,verified repair,operates as designed now,rechecked after 10 miles,
          advised customer,parts on order,old parts shown,cleared codes,photos on file,quality check passed""");
  private static final String LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ";

  private RepairNotes() {}

  static void complaint(Line line, SplittableRandom random) {
    line.add(SAID.draw(random)).add(' ').add(FEELINGS.draw(random)).add(' ');
    line.add(WHEN.draw(random));
    int more = random.nextInt(3);
    for (int i = 0; i < more; i++) {
      line.add(i == 0 ? ',' : ';').add(' ');
      switch (random.nextInt(4)) {
        case 0 -> line.add(FEELINGS.draw(random)).add(' ').add(WHEN.draw(random));
        case 1 -> line.add(COMPONENTS.draw(random)).add(' ').add(FAULTS.draw(random));
        case 2 -> line.add(PLACES.draw(random)).add(' ').add(FEELINGS.draw(random));
        default -> {
          line.add(WHEN.draw(random)).add(' ').add('x');
          line.number(1 + random.nextInt(30)).add(' ').add(DAYS);
        }
      }
    }
  }

  private static final byte[] DAYS = {'d', 'a', 'y', 's'};

  static void cause(Line line, SplittableRandom random) {
    line.add(FOUND.draw(random)).add(' ').add(PLACES.draw(random)).add(' ');
    line.add(COMPONENTS.draw(random)).add(' ').add(FAULTS.draw(random)).add(' ').add('(');
    measured(line, random);
    line.add(')');
    if (random.nextInt(3) == 0) {
      line.add(',').add(' ');
      code(line, random);
      line.add(' ').add(COMPONENTS.draw(random)).add(' ').add(FAULTS.draw(random));
    }
  }

  static void correction(Line line, SplittableRandom random) {
    int steps = 1 + random.nextInt(3);
    for (int i = 0; i < steps; i++) {
      line.add(DONE.draw(random)).add(' ').add(PLACES.draw(random)).add(' ');
      line.add(COMPONENTS.draw(random)).add(' ');
      if (random.nextBoolean()) {
        part(line, random);
      } else {
        measured(line, random);
      }
      line.add(',').add(' ');
    }
    line.add(CLOSING.draw(random));
    if (random.nextInt(4) == 0) {
      line.add(' ').add('#').number(1_000 + random.nextInt(9_000));
    }
  }

  private static void measured(Line line, SplittableRandom random) {
    line.number(random.nextInt(400)).add('.').number(random.nextInt(100), 2).add(' ');
    if (random.nextInt(20) == 0) {
      // An inch mark: quotes within a cell occur.
      line.add('"');
    } else {
      line.add(UNITS.draw(random));
    }
  }

  private static void part(Line line, SplittableRandom random) {
    line.number(random.nextInt(100_000), 5).add('-');
    line.add(LETTERS.charAt(random.nextInt(LETTERS.length())));
    line.add(LETTERS.charAt(random.nextInt(LETTERS.length())));
    line.add(LETTERS.charAt(random.nextInt(LETTERS.length())));
    line.number(random.nextInt(1_000), 3);
  }

  private static void code(Line line, SplittableRandom random) {
    line.add("PBCU".charAt(random.nextInt(4))).number(random.nextInt(3_400), 4);
  }
}
