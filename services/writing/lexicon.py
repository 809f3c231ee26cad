"""What words of a story say about how it is filmed, in four languages. A word that ends in * stands for all that begin
with it.

`cues` are by what they suggest: moves of the camera, sizes of a shot, times of day. `people`, `places` and `things`
are nouns that name who is seen, where, and with what; `inside` stands before a place, `articles` before any noun.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Lexicon:
    """The words of one language; each field is a text of words with blanks between them."""

    common: str
    articles: str
    inside: str
    people: str
    places: str
    things: str
    cues: Mapping[str, str]
    numbers: Mapping[str, int]
    sizes: Mapping[str, str]
    phrases: Mapping[str, str]

    @cached_property
    def common_words(self) -> frozenset[str]:
        """The commonest words, by which the language is told and which are no names."""
        return words_of(self.common)

    @cached_property
    def patterns(self) -> Mapping[str, re.Pattern[str]]:
        """A pattern for each cue."""
        return {name: words_pattern(words) for name, words in self.cues.items()}


def words_of(text: str) -> frozenset[str]:
    """The words of a text with blanks between them."""
    return frozenset(text.split())


def words_pattern(words: str) -> re.Pattern[str]:
    """A pattern for any of these words, whatever their case."""
    return re.compile(rf"\b(?:{alternatives(words)})\b", re.IGNORECASE)


def alternatives(words: str) -> str:
    """The words as alternatives of a pattern, longest first."""
    found = sorted(words.split(), key=lambda w: -len(w))
    return "|".join(re.escape(w.replace("_", " ")).replace(r"\*", r"\w*").replace(r"\ ", r"\s+") for w in found)


ENGLISH = Lexicon(
    common="the a an and or but of to in on at for with from by as is are was were be been he she it they we you i his "
    "her its their my your our this that these those there then when while where who what which into over under after "
    "before not no so if than up down out off through behind across one two everything suddenly finally now later only "
    "even still just all some each every both few more most other such here again once already",
    articles="a an the his her their my our its this that another one two three",
    inside="in inside into at on through across to near by along above outside over under before behind around",
    people="man woman boy girl child children kid baby mother father grandmother grandfather grandma grandpa sister "
    "brother son daughter friend stranger soldier king queen prince princess knight wizard witch teacher student "
    "doctor nurse farmer fisherman sailor captain keeper driver pilot astronaut robot dog cat horse wolf fox bear bird "
    "dragon detective policeman officer thief singer dancer painter writer musician baker gardener scientist couple "
    "crowd family traveller traveler hunter monk priest waiter waitress clown ghost monster giant rabbit mouse owl lion",
    places="forest wood woods house home room kitchen street road city town village beach sea ocean lake river bridge "
    "mountain mountains hill valley desert field meadow garden park cave castle tower church school office factory "
    "station train car ship boat island harbour harbor market shop store café cafe bar restaurant hotel hospital "
    "library museum theatre theater roof rooftop cellar basement attic barn farm lighthouse square court prison "
    "bedroom bathroom corridor hallway stairs airport spaceship planet moon swamp jungle orchard workshop studio "
    "laboratory lab cliff shore coast path alley tunnel sky space palace temple cabin hut tent playground stadium",
    things="letter ring key book lamp lantern sword knife gun phone photograph photo picture map box bag suitcase cup "
    "glass bottle clock watch mirror candle umbrella bicycle guitar piano violin flower rose apple tree seed stone "
    "door window table chair bed hat coat scarf mask crown coin necklace camera balloon kite ball doll toy bread cake "
    "egg fire rope axe hammer compass telescope radio newspaper notebook pen sapling",
    cues={
        "tracking": "walk* run* running ran follow* chase* race* hurr* march* rid* rode driv* drove cycl* rush* stroll* "
        "jog* flee* fled sprint* wander* travel*",
        "dolly_in": "realis* realiz* notic* stare* staring discover* recogni* think* thought remember* whisper* find* "
        "found look* open* reveal* gaz* wait* listen*",
        "dolly_out": "leave* left alone disappear* vanish* goodbye away end ends lonely depart* empty",
        "tilt_up": "rise* rising rose climb* tower* tall grow* grew looks_up upward* sky stars",
        "tilt_down": "fall* fell drop* sink* sank descend* collapse* kneel* knelt bends",
        "pan_right": "horizon landscape valley mountains sea ocean city skyline fields desert plain panorama",
        "crane_up": "fly flies flew flying soar* hover* above",
        "handheld": "fight* fought attack* panic* explo* crash* storm* shout* scream* battle* chaos earthquake",
        "orbit": "dance* dancing danced circle* spin* whirl* embrace* kiss* hug*",
        "static": "sit* sat sleep* slept still silence silent quiet* frozen motionless",
        "wide": "landscape horizon valley mountain* sea ocean city skyline crowd* village fields desert army forest "
        "street beach harbour harbor field meadow",
        "aerial": "from_above bird's-eye aerial drone flies_over flew_over",
        "close_up": "face smile* cry cries cried tear* whisper* eyes stare* staring kiss* look* gaz*",
        "extreme_close_up": "hand hands finger* eye ring letter key drop coin lips clock needle seed button trigger "
        "pencil inscription tiny",
        "talk": "say* said ask* answer* repl* tell* told talk* speak* spoke speaks call* shout*",
        "sunrise": "dawn sunrise daybreak first_light", "morning": "morning breakfast",
        "noon": "noon midday", "afternoon": "afternoon", "sunset": "sunset dusk evening twilight",
        "night": "night midnight moonlight moonlit stars",
    },
    numbers={
        "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
        "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "sixty": 60, "ninety": 90,
    },
    sizes={
        "extreme_wide": "Extreme wide shot", "wide": "Wide shot", "full": "Full shot", "medium_wide": "Medium wide shot",
        "medium": "Medium shot", "medium_close_up": "Medium close-up", "close_up": "Close-up",
        "extreme_close_up": "Extreme close-up", "over_shoulder": "Over the shoulder", "aerial": "Aerial shot",
    },
    phrases={"sunrise": "at sunrise", "morning": "in the morning", "noon": "at noon", "afternoon": "in the afternoon",
             "sunset": "at sunset", "night": "at night", "overcast": "under an overcast sky", "day": "by day"},
)  # fmt: skip

GERMAN = Lexicon(
    common="der die das den dem des ein eine einen einem einer eines und oder aber von zu in im am an auf für mit aus "
    "bei als ist sind war waren sein er sie es wir ihr ich du sich nicht kein keine noch schon nur auch so wenn dann "
    "während wo wer was wie nach vor über unter durch hinter zwischen neben um bis dass sein seine seinem seinen ihre "
    "ihrem ihren zum zur vom beim plötzlich endlich dort hier alles alle jeder jede jedes wieder einmal zwei drei",
    articles="der die das den dem des ein eine einen einem einer sein seine seinen seinem seiner ihr ihre ihren ihrem "
    "ihrer mein meine unser unsere",
    inside="in im ins am an auf aufs durch zum zur zu bei beim vor hinter über unter neben entlang vom",
    people="mann frau junge jungen mädchen kind kinder baby mutter vater großmutter großvater oma opa schwester bruder "
    "sohn tochter freund freundin fremder fremde soldat könig königin prinz prinzessin ritter zauberer hexe lehrer "
    "lehrerin schüler arzt ärztin bauer bäuerin fischer matrose kapitän wärter fahrer pilot astronaut roboter hund "
    "katze pferd wolf fuchs bär vogel drache detektiv kommissar polizist dieb sänger sängerin tänzerin maler "
    "schriftsteller musiker bäcker gärtner gärtnerin wissenschaftler paar familie menge wanderer jäger mönch priester "
    "kellner clown gespenst ungeheuer riese hase maus eule löwe",
    places="wald haus zimmer küche straße strasse stadt dorf strand meer see fluss brücke berg berge bergen hügel tal "
    "wüste feld wiese garten park höhle burg schloss turm kirche schule büro fabrik bahnhof zug auto schiff boot insel "
    "hafen markt laden café kneipe bar restaurant hotel krankenhaus bibliothek museum theater dach keller dachboden "
    "scheune hof bauernhof leuchtturm platz gericht gefängnis schlafzimmer bad flur treppe flughafen raumschiff planet "
    "mond sumpf dschungel werkstatt studio labor klippe ufer küste weg pfad gasse tunnel himmel weltall palast tempel "
    "hütte zelt spielplatz stadion obstgarten",
    things="brief ring schlüssel buch lampe laterne schwert messer pistole telefon handy foto bild karte kiste tasche "
    "koffer tasse glas flasche uhr spiegel kerze regenschirm schirm fahrrad gitarre klavier geige blume rose apfel "
    "apfelbaum baum samen stein tür fenster tisch stuhl bett hut mantel schal maske krone münze kette kamera ballon "
    "drachen ball puppe brot kuchen ei feuer seil axt hammer kompass fernrohr radio zeitung notizbuch stift setzling",
    cues={
        "tracking": "geht gehen ging läuft laufen lief rennt rennen rannte folgt folgen verfolg* eilt reitet fährt fahren "
        "fuhr flieht wandert wandern spaziert schleicht marschier*",
        "dolly_in": "bemerkt erkennt starrt denkt erinnert flüstert findet fand entdeckt blickt schaut sieht öffnet "
        "wartet lauscht",
        "dolly_out": "verlässt allein verschwindet abschied fort weg ende einsam leer geht_fort",
        "tilt_up": "steigt klettert wächst turm hoch hinauf himmel sterne erhebt",
        "tilt_down": "fällt fiel sinkt stürzt kniet hinab hinunter beugt",
        "pan_right": "horizont landschaft tal berge meer stadt felder wüste ebene",
        "crane_up": "fliegt fliegen flog schwebt oben",
        "handheld": "kämpft kampf angriff panik explo* sturm stürmt schreit schlacht chaos erdbeben",
        "orbit": "tanzt tanzen kreist dreht wirbelt umarmt küsst umarmen",
        "static": "sitzt sitzen saß schläft still stille schweigt ruhig reglos",
        "wide": "landschaft horizont tal berg berge meer stadt dorf felder wüste menge wald straße strand hafen feld wiese",
        "aerial": "von_oben vogelperspektive luftaufnahme drohne",
        "close_up": "gesicht lächelt lacht weint träne* flüstert augen starrt küsst blickt schaut",
        "extreme_close_up": "hand hände finger auge ring brief schlüssel tropfen münze lippen uhr nadel samen knopf winzig*",
        "talk": "sagt sagte fragt fragte antwortet erzählt spricht sprach ruft rief",
        "sunrise": "morgengrauen sonnenaufgang morgendämmerung", "morning": "morgen morgens frühstück vormittag",
        "noon": "mittag mittags", "afternoon": "nachmittag nachmittags",
        "sunset": "abend abends sonnenuntergang dämmerung abenddämmerung", "night": "nacht nachts mitternacht mondlicht sterne",
    },
    numbers={
        "eine": 1, "einer": 1, "zwei": 2, "drei": 3, "vier": 4, "fünf": 5, "sechs": 6, "sieben": 7, "acht": 8, "neun": 9,
        "zehn": 10, "zwölf": 12, "fünfzehn": 15, "zwanzig": 20, "dreißig": 30, "vierzig": 40, "sechzig": 60, "neunzig": 90,
    },
    sizes={
        "extreme_wide": "Panorama", "wide": "Totale", "full": "Halbtotale", "medium_wide": "Amerikanische",
        "medium": "Halbnahe", "medium_close_up": "Nahe", "close_up": "Großaufnahme", "extreme_close_up": "Detail",
        "over_shoulder": "Über die Schulter", "aerial": "Von oben",
    },
    phrases={"sunrise": "bei Sonnenaufgang", "morning": "am Morgen", "noon": "am Mittag", "afternoon": "am Nachmittag",
             "sunset": "bei Sonnenuntergang", "night": "bei Nacht", "overcast": "bei bedecktem Himmel", "day": "bei Tag"},
)  # fmt: skip

FRENCH = Lexicon(
    common="le la les un une des et ou mais de du à au aux en dans sur pour avec par est sont était étaient être il elle "
    "ils elles on nous vous je tu son sa ses leur leurs mon ma mes ce cet cette ces qui que quoi dont où quand puis "
    "alors comme ne pas plus se sous vers chez entre derrière devant après avant soudain enfin tout toute tous là ici "
    "encore deux trois même si",
    articles="le la les un une des son sa ses leur mon ma ce cet cette du au deux",
    inside="dans à au aux en sur vers chez devant derrière sous près_de à_travers le_long_de par",
    people="homme femme garçon fille enfant enfants bébé mère père grand-mère grand-père sœur frère fils ami amie inconnu "
    "soldat roi reine prince princesse chevalier sorcier sorcière professeur élève médecin infirmière fermier pêcheur "
    "marin capitaine gardien conducteur pilote astronaute robot chien chat cheval loup renard ours oiseau dragon "
    "détective policier voleur chanteur chanteuse danseuse peintre écrivain musicien boulanger jardinier savant couple "
    "foule famille voyageur chasseur moine prêtre serveur serveuse clown fantôme monstre géant lapin souris hibou lion",
    places="forêt bois maison chambre cuisine rue route ville village plage mer océan lac rivière pont montagne montagnes "
    "colline vallée désert champ prairie jardin parc grotte château tour église école bureau usine gare train voiture "
    "bateau navire île port marché boutique magasin café bar restaurant hôtel hôpital bibliothèque musée théâtre toit "
    "cave grenier grange ferme phare place tribunal prison salon couloir escalier aéroport vaisseau planète lune marais "
    "jungle atelier studio laboratoire falaise rivage côte chemin ruelle tunnel ciel espace palais temple cabane tente "
    "stade verger",
    things="lettre bague anneau clé clef livre lampe lanterne épée couteau pistolet téléphone photo image carte boîte sac "
    "valise tasse verre bouteille horloge montre miroir bougie parapluie vélo guitare piano violon fleur rose pomme "
    "pommier arbre graine pierre porte fenêtre table chaise lit chapeau manteau écharpe masque couronne pièce collier "
    "caméra ballon cerf-volant poupée pain gâteau œuf feu corde hache marteau boussole télescope radio journal carnet",
    cues={
        "tracking": "marche* march* court courent courait suit suivent poursui* roule galope fuit voyage* promène* avance*",
        "dolly_in": "remarque comprend fixe pense se_souvient murmure trouve découvre regarde voit ouvre attend écoute",
        "dolly_out": "quitte part seul seule disparaît adieu loin fin solitaire vide s'éloigne",
        "tilt_up": "monte grimpe lève grandit pousse haut ciel étoiles", "tilt_down": "tombe descend s'effondre s'agenouille",
        "pan_right": "horizon paysage vallée montagnes mer océan ville champs désert plaine",
        "crane_up": "vole volent s'envole plane au-dessus",
        "handheld": "combat bataille attaque panique explo* tempête crie hurle chaos",
        "orbit": "danse dansent tourne tourbillonne embrasse enlace",
        "static": "assis assise dort silence silencieux calme immobile",
        "wide": "paysage horizon vallée montagne* mer océan ville village champs désert foule forêt rue plage port prairie",
        "aerial": "vue_aérienne drone vue_du_ciel", "close_up": "visage sourit pleure larme* murmure yeux fixe embrasse regarde",
        "extreme_close_up": "main mains doigt* œil bague lettre clé goutte pièce lèvres horloge aiguille graine bouton minuscule",
        "talk": "dit demande répond raconte parle appelle",
        "sunrise": "aube lever_du_soleil", "morning": "matin", "noon": "midi", "afternoon": "après-midi",
        "sunset": "soir coucher_du_soleil crépuscule", "night": "nuit minuit clair_de_lune étoiles",
    },
    numbers={
        "une": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6, "sept": 7, "huit": 8, "neuf": 9, "dix": 10,
        "douze": 12, "quinze": 15, "vingt": 20, "trente": 30, "quarante": 40, "soixante": 60,
    },
    sizes={
        "extreme_wide": "Plan très large", "wide": "Plan large", "full": "Plan en pied", "medium_wide": "Plan américain",
        "medium": "Plan moyen", "medium_close_up": "Plan rapproché", "close_up": "Gros plan",
        "extreme_close_up": "Très gros plan", "over_shoulder": "Par-dessus l'épaule", "aerial": "Vue aérienne",
    },
    phrases={"sunrise": "à l'aube", "morning": "le matin", "noon": "à midi", "afternoon": "l'après-midi",
             "sunset": "au coucher du soleil", "night": "la nuit", "overcast": "sous un ciel couvert", "day": "de jour"},
)  # fmt: skip

SPANISH = Lexicon(
    common="el la los las un una unos unas y o pero de del a al en con por para es son era eran ser él ella ellos ellas "
    "se su sus mi mis tu nos lo le les este esta estos que quien donde cuando mientras entonces como no más muy sin "
    "sobre bajo hacia desde hasta entre tras ante después antes detrás de_repente todo toda todos allí aquí otra vez "
    "dos tres si ya aún",
    articles="el la los las un una unos unas su sus mi este esta ese esa del al dos",
    inside="en a al por hacia sobre bajo ante tras desde junto_a a_través_de cerca_de detrás_de delante_de",
    people="hombre mujer niño niña niños bebé madre padre abuela abuelo hermana hermano hijo hija amigo amiga desconocido "
    "soldado rey reina príncipe princesa caballero mago bruja profesor profesora alumno médico enfermera granjero "
    "pescador marinero capitán guardián farero conductor piloto astronauta robot perro gato caballo lobo zorro oso "
    "pájaro dragón detective policía ladrón cantante bailarina pintor escritor músico panadero jardinero científico "
    "pareja multitud familia viajero cazador monje sacerdote camarero camarera payaso fantasma monstruo gigante conejo "
    "ratón búho león",
    places="bosque casa habitación cuarto cocina calle carretera ciudad pueblo playa mar océano lago río puente montaña "
    "montañas colina valle desierto campo prado jardín parque cueva castillo torre iglesia escuela oficina fábrica "
    "estación tren coche barco isla puerto mercado tienda café bar restaurante hotel hospital biblioteca museo teatro "
    "tejado sótano desván granero granja faro plaza tribunal prisión dormitorio pasillo escalera aeropuerto nave "
    "planeta luna pantano selva taller estudio laboratorio acantilado orilla costa camino callejón túnel cielo espacio "
    "palacio templo cabaña tienda estadio huerto",
    things="carta anillo llave libro lámpara linterna espada cuchillo pistola teléfono foto imagen mapa caja bolsa maleta "
    "taza vaso botella reloj espejo vela paraguas bicicleta guitarra piano violín flor rosa manzana manzano árbol "
    "semilla piedra puerta ventana mesa silla cama sombrero abrigo bufanda máscara corona moneda collar cámara globo "
    "cometa pelota muñeca pan pastel huevo fuego cuerda hacha martillo brújula telescopio radio periódico cuaderno",
    cues={
        "tracking": "camina* corre corren corría sigue siguen persigue* cabalga conduce huye viaja* pasea* avanza* va",
        "dolly_in": "nota comprende piensa recuerda susurra encuentra descubre mira ve abre espera escucha",
        "dolly_out": "deja parte solo sola desaparece adiós lejos fin solitario vacío se_aleja",
        "tilt_up": "sube trepa crece alto cielo estrellas levanta", "tilt_down": "cae baja se_arrodilla se_hunde",
        "pan_right": "horizonte paisaje valle montañas mar océano ciudad campos desierto llanura",
        "crane_up": "vuela vuelan planea encima",
        "handheld": "lucha batalla ataque ataca pánico explo* tormenta grita caos",
        "orbit": "baila bailan gira abraza besa", "static": "sentado sentada duerme silencio quieto quieta inmóvil",
        "wide": "paisaje horizonte valle montaña* mar océano ciudad pueblo campos desierto multitud bosque calle playa puerto",
        "aerial": "vista_aérea dron desde_arriba", "close_up": "rostro cara sonríe llora lágrima* susurra ojos besa mira",
        "extreme_close_up": "mano manos dedo* ojo anillo carta llave gota moneda labios reloj aguja semilla botón diminut*",
        "talk": "dice pregunta responde cuenta habla llama",
        "sunrise": "amanecer alba", "morning": "mañana", "noon": "mediodía", "afternoon": "tarde",
        "sunset": "atardecer anochecer crepúsculo", "night": "noche medianoche estrellas",
    },
    numbers={
        "uno": 1, "una": 1, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7, "ocho": 8, "nueve": 9,
        "diez": 10, "doce": 12, "quince": 15, "veinte": 20, "treinta": 30, "cuarenta": 40, "sesenta": 60,
    },
    sizes={
        "extreme_wide": "Gran plano general", "wide": "Plano general", "full": "Plano entero",
        "medium_wide": "Plano americano", "medium": "Plano medio", "medium_close_up": "Plano medio corto",
        "close_up": "Primer plano", "extreme_close_up": "Plano detalle", "over_shoulder": "Sobre el hombro",
        "aerial": "Vista aérea",
    },
    phrases={"sunrise": "al amanecer", "morning": "por la mañana", "noon": "a mediodía", "afternoon": "por la tarde",
             "sunset": "al atardecer", "night": "de noche", "overcast": "con el cielo cubierto", "day": "de día"},
)  # fmt: skip
