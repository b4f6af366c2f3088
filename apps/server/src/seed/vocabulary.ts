/** What fictional people, companies and places are called. Any likeness to real ones is chance. */

type Words = readonly [string, ...string[]]
const words = (text: string): Words => text.trim().split(/\s+/) as [string, ...string[]]

export const givenNames = words(`
  Aarav Aisha Akira Alejandro Alice Amara Amina Anders Anna Arjun Asha Ayşe Beatriz Bilal Bruno Camille Carlos Chen Chiara Chloé
  Daan Daniel Deepa Diego Elena Élise Emeka Emma Fatima Felix Freya Gabriel Grace Hana Hassan Helena Hiro Ingrid Isabel Ivan
  James Jana Jorge José Julia Kai Kavya Kofi Lars Layla Leila Liam Lucía Magnus Maja Marco María Mateo Mei Mila Mohammed Nadia
  Naoki Neha Nia Nils Noah Nora Olga Oliver Omar Paula Pedro Petra Priya Quentin Rahul Rania Ravi Rosa Samuel Sana Sara Sofia
  Søren Tariq Thandi Tomás Uma Vera Victor Wei Yara Yusuf Zainab Zoë`)

export const familyNames = words(`
  Abara Adeyemi Ahmed Almeida Andersson Bakker Banerjee Bauer Bianchi Björk Blanc Brandt Castillo Chatterjee Choi Costa Dahl
  Delgado Desai Dubois Eriksen Farah Fernández Fischer Fontaine Fujita García Gupta Haddad Hansen Hashimoto Hernández Hoffmann
  Horváth Ibrahim Iyer Jansen Jensen Joshi Kaya Keller Khan Kim Kovács Krüger Kumar Larsen Lefèvre Li Lindqvist López Mahlangu
  Marino Martins Mehta Mendes Meyer Moreau Mukherjee Müller Mwangi Nakamura Nguyen Nielsen Novák Nowak Okafor Okonkwo Oliveira
  Osei Park Patel Pereira Petrov Popescu Ramírez Rao Reddy Ricci Romano Rossi Ruiz Sato Schmidt Sharma Silva Singh Suzuki Takeda
  Tanaka Torres Usman Vargas Virtanen Wagner Wang Weber Yamamoto Yıldız Zhang Zimmermann`)

export const companyFirstWords = words(`
  Amber Apex Arctic Atlas Aurora Beacon Birch Blue Bright Cedar Clear Cobalt Copper Coral Crescent Delta Eastern Ember Evergreen
  Falcon First Golden Granite Green Harbour Highland Indigo Iron Ivory Juniper Keystone Lakeside Lantern Maple Meridian Moon
  Northern Oak Orchid Pacific Pine Prime Quartz Rapid River Royal Sapphire Sierra Silver Solar Southern Spruce Sterling Stone
  Summit Swift Tidal Union Valley Velvet Western Willow`)

export const companySecondWords = words(`
  Analytics Bakeries Broadcasting Builders Cargo Catering Ceramics Chemicals Clinics Construction Consulting Dairies Design
  Education Electronics Energy Engineering Fabrics Farms Finance Fisheries Foods Football Furniture Gardens Glass Health Hotels
  Insurance Instruments Logistics Machines Marine Media Metals Mining Motors Networks Optics Packaging Paper Pharma Plastics
  Printing Properties Robotics Security Services Shipping Software Solutions Studios Systems Textiles Timber Tools Trading
  Transport Travel Ventures Water`)

export const companyForms = ['Ltd', 'LLC', 'Inc', 'GmbH', 'SA', 'Pvt Ltd', 'AS', 'Cooperative'] as const

export const streets = words(`
  Acacia Baker Bridge Canal Castle Chapel Cherry Church Elm Forest Garden Hill Lake Lime Long Maple Market Meadow Mill New North
  Oak Orchard Park Poplar Queen River Rose School South Spring Station Sun Temple Tower Victoria Water West Windmill`)

export interface Place {
  readonly city: string
  readonly stateOrProvince: string
  readonly country: string
}

const place = (city: string, stateOrProvince: string, country: string): Place => ({ city, stateOrProvince, country })

export const places: readonly [Place, ...Place[]] = [
  place('Pune', 'Maharashtra', 'IN'),
  place('Mumbai', 'Maharashtra', 'IN'),
  place('Bengaluru', 'Karnataka', 'IN'),
  place('Nairobi', 'Nairobi County', 'KE'),
  place('Lagos', 'Lagos State', 'NG'),
  place('Accra', 'Greater Accra', 'GH'),
  place('Oslo', 'Oslo', 'NO'),
  place('Göteborg', 'Västra Götaland', 'SE'),
  place('København', 'Hovedstaden', 'DK'),
  place('Hamburg', 'Hamburg', 'DE'),
  place('Zürich', 'Zürich', 'CH'),
  place('Lyon', 'Auvergne-Rhône-Alpes', 'FR'),
  place('Milano', 'Lombardia', 'IT'),
  place('Valencia', 'Comunitat Valenciana', 'ES'),
  place('Porto', 'Porto', 'PT'),
  place('Kraków', 'Małopolskie', 'PL'),
  place('İzmir', 'İzmir', 'TR'),
  place('Amman', 'Amman', 'JO'),
  place('São Paulo', 'São Paulo', 'BR'),
  place('Córdoba', 'Córdoba', 'AR'),
  place('Guadalajara', 'Jalisco', 'MX'),
  place('Austin', 'Texas', 'US'),
  place('Toronto', 'Ontario', 'CA'),
  place('Osaka', 'Osaka', 'JP'),
  place('Busan', 'Busan', 'KR'),
  place('Chengdu', 'Sichuan', 'CN'),
  place('Brisbane', 'Queensland', 'AU')
]

export const industries = ['manufacturing', 'retail', 'healthcare', 'education', 'logistics', 'finance', 'hospitality'] as const
export const languages = ['en', 'hi', 'de', 'fr', 'es', 'pt', 'it', 'ja', 'ko', 'zh', 'ar', 'sw', 'tr', 'pl', 'sv'] as const
