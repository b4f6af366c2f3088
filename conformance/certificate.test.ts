import t from 'tap'
import { certificate } from './certificate.ts'
import { engines, serve } from './serve.ts'

for (const engine of engines) {
  t.test(`the certificate for TMF629 Customer Management v4.0.0 is earned on ${engine}`, async t => {
    await certificate(t, `${await serve(t, engine)}/tmf-api/customerManagement/v4`)
  })
}
