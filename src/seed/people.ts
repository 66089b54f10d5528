/** Fictional people for the demo; their addresses are in domains that RFC 2606 keeps free of real ones. */
export const CONTACTS = [
  ['Dr.', 'Amélie', 'Moreau', 'amelie.moreau@example.org', '+33 1 70 18 99 01', 'Atelier Moreau', 'Architect', 'Lyon', 'FR', 'fr'],
  ['Mr.', 'Jonas', 'Hoffmann', 'jonas.hoffmann@example.org', '+49 30 23125 101', 'Hoffmann & Söhne', 'Managing director', 'Berlin', 'DE', 'de'],
  ['Ms.', 'Lucía', 'Fernández', 'lucia.fernandez@example.org', '+34 91 111 2201', 'Tejidos del Sur', 'Head of purchasing', 'Sevilla', 'ES', 'es'],
  ['Ms.', 'Grace', 'Okafor', 'grace.okafor@example.org', '+44 20 7946 0101', 'Northlight', 'Product manager', 'London', 'GB', 'en'],
  ['Mr.', 'Matteo', 'Ricci', 'matteo.ricci@example.org', '+39 02 0000 1102', 'Ricci Design', 'Designer', 'Milano', 'IT', 'en'],
  ['Ms.', 'Sofie', 'Jansen', 'sofie.jansen@example.org', '+31 20 555 0103', 'Watermolen', 'Consultant', 'Amsterdam', 'NL', 'en'],
  ['Ms.', 'Anna', 'Weber', 'anna.weber@example.org', '+49 89 12345 104', 'Weber Optik', 'Optician', 'München', 'DE', 'de'],
  ['Mr.', 'Hugo', 'Lefèvre', 'hugo.lefevre@example.org', '+33 4 72 00 01 05', 'Vignobles Lefèvre', 'Winemaker', 'Beaune', 'FR', 'fr'],
  ['Mr.', 'Diego', 'Navarro', 'diego.navarro@example.org', '+34 93 111 2206', 'Navarro Logística', 'Head of operations', 'Barcelona', 'ES', 'es'],
  ['Dr.', 'Eva', 'Lindqvist', 'eva.lindqvist@example.org', '+46 8 123 456 07', 'Nordlys', 'Researcher', 'Uppsala', 'SE', 'en'],
  ['Mr.', 'Paul', 'Schneider', 'paul.schneider@example.org', '+49 40 65432 108', 'Hafenkontor', 'Buyer', 'Hamburg', 'DE', 'de'],
  ['Ms.', 'Niamh', 'Byrne', 'niamh.byrne@example.org', '+353 1 000 0109', 'Byrne & Walsh', 'Solicitor', 'Dublin', 'IE', 'en'],
] as const;

export const LEADS = [
  ['Clara', 'Neumann', 'clara.neumann@example.org', 'Neumann Gartenbau', 'new', 'DE', 'de', 'Bitte rufen Sie mich wegen eines Angebots zurück.'],
  ['Tom', 'Baker', 'tom.baker@example.org', 'Baker Street Roasters', 'contacted', 'GB', 'en', 'Do you deliver to Wales?'],
  ['Inès', 'Garnier', 'ines.garnier@example.org', 'Studio Garnier', 'qualified', 'FR', 'fr', 'Nous cherchons une solution pour trente personnes.'],
  ['Javier', 'Molina', 'javier.molina@example.org', 'Molina Hermanos', 'new', 'ES', 'es', '¿Pueden enviarnos un catálogo?'],
  ['Lena', 'Krüger', 'lena.krueger@example.org', 'Krüger Akustik', 'new', 'DE', 'de', 'Ich interessiere mich für eine Vorführung.'],
  ['Oliver', 'Hughes', 'oliver.hughes@example.org', 'Hughes Marine', 'contacted', 'GB', 'en', 'We met at the fair in March.'],
  ['Margaux', 'Petit', 'margaux.petit@example.org', 'Petit à Petit', 'lost', 'FR', 'fr', 'Finalement, nous avons choisi une autre offre.'],
  ['Karl', 'Nowak', 'karl.nowak@example.org', 'Nowak Holzbau', 'qualified', 'AT', 'de', 'Wann hätten Sie Zeit für ein Gespräch?'],
] as const;
