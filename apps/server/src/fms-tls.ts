import { createPrivateKey, X509Certificate } from 'node:crypto'
import type { FmsClientOptions } from '@crm-lite/fms-client'
import type { FmsSettings, GivenFmsSettings } from './fms-settings.ts'

/** Whom we trust, and who we are, where TLS asks for it. */
export type FmsTls = Pick<FmsClientOptions, 'certificateAuthorities' | 'clientCertificate'>

export function* faultsOfTls(given: GivenFmsSettings): Iterable<string> {
  const { fmsUrl, fmsOauthTokenUrl, fmsTlsCa, fmsTlsCertificate: certificate, fmsTlsKey: key } = given
  if (certificate !== undefined && key === undefined) yield 'FMS_TLS_KEY must be set when FMS_TLS_CERTIFICATE is'
  if (certificate === undefined && key !== undefined) yield 'FMS_TLS_CERTIFICATE must be set when FMS_TLS_KEY is'
  if (certificate !== undefined && key !== undefined && !new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key)))
    yield 'FMS_TLS_KEY is not the key of FMS_TLS_CERTIFICATE'
  const isTls = [fmsUrl, fmsOauthTokenUrl].some(url => url?.startsWith('https:'))
  if (fmsUrl !== undefined && !isTls && (fmsTlsCa ?? certificate ?? key) !== undefined)
    yield 'FMS_TLS_CA, FMS_TLS_CERTIFICATE and FMS_TLS_KEY mean nothing unless FMS_URL is https'
}

export function tlsOf({ fmsTlsCa: ca, fmsTlsCertificate: certificate, fmsTlsKey: key }: FmsSettings): FmsTls {
  return {
    ...(ca !== undefined && { certificateAuthorities: [ca] }),
    ...(certificate !== undefined && key !== undefined && { clientCertificate: { certificate, key } })
  }
}
