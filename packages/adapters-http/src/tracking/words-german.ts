import type { Words } from './words.ts'

export const germanWords: Words = {
  language: 'de',
  order: id => `Bestellung ${id}`,
  orderStates: {
    acknowledged: 'Ihre Bestellung ist eingegangen',
    pending: 'Ihre Bestellung wartet',
    inProgress: 'Wir bearbeiten Ihre Bestellung',
    held: 'Ihre Bestellung ruht zurzeit',
    assessingCancellation: 'Wir prüfen Ihre Stornierung',
    pendingCancellation: 'Ihre Bestellung wird storniert',
    completed: 'Ihre Bestellung ist abgeschlossen',
    partial: 'Ihre Bestellung ist zum Teil abgeschlossen',
    failed: 'Ihre Bestellung konnte nicht ausgeführt werden',
    rejected: 'Wir konnten Ihre Bestellung nicht annehmen',
    cancelled: 'Ihre Bestellung ist storniert'
  },
  itemStates: {
    acknowledged: 'Eingegangen',
    pending: 'Wartet',
    inProgress: 'In Arbeit',
    held: 'Ruht',
    assessingCancellation: 'Stornierung angefragt',
    pendingCancellation: 'Wird storniert',
    completed: 'Abgeschlossen',
    failed: 'Nicht möglich',
    rejected: 'Nicht angenommen',
    cancelled: 'Storniert'
  },
  expectedBy: 'Voraussichtlich bis',
  wasExpectedBy: 'War vorgesehen bis',
  completedOn: 'Abgeschlossen am',
  orderedOn: 'Bestellt am',
  onSchedule: 'Im Zeitplan',
  late: 'Verspätet',
  lateSentence: 'Es dauert länger als geplant.',
  stepsDone: (done, of) => `${done} von ${of} Schritten erledigt`,
  done: 'Erledigt',
  now: 'Jetzt',
  expected: 'Voraussichtlich',
  wasExpected: 'War vorgesehen für',
  steps: 'Schritte',
  items: 'In dieser Bestellung',
  item: id => `Position ${id}`,
  lastUpdate: 'Zuletzt geändert',
  live: 'Diese Seite aktualisiert sich von selbst',
  reload: 'Neu laden',
  unknownLink: [
    'Dieser Link ist nicht mehr gültig',
    'Er ist abgelaufen, wurde zurückgezogen oder ist unvollständig. Bitte fragen Sie dort nach einem neuen, wo Sie ihn bekommen haben.'
  ],
  busy: [
    'Einen Moment, bitte',
    'Ihre Bestellung kann gerade nicht gezeigt werden. Bitte laden Sie die Seite in einer Minute neu.'
  ]
}
