metadata version = '0.1.0'

@export()
@description('Who may write to an issuer\'s container.')
type principal = {
  @description('Object id in Entra ID.')
  @minLength(36)
  @maxLength(36)
  id: string

  type: 'ServicePrincipal' | 'User' | 'Group'
}

@export()
@description('One line of the issuer registry: the container, its metadata and its writers.')
type issuer = {
  @description('Lower-case letters, digits and single hyphens; the container is issuer-<id>.')
  @minLength(1)
  @maxLength(55)
  id: string

  @minLength(1)
  legalName: string

  @description('The same in a language, where the institution has names in several.')
  legalNames: { en: string?, zhHans: string?, zhHant: string? }?

  @description('ISO 3166 code of a country or of a part of one, such as HK or CN-GD.')
  @minLength(2)
  jurisdiction: string

  domain: string?

  @description('delete: a document is removed once its receipt is written.')
  retention: ('keep' | 'delete')?

  @description('Computed beside SHA-256.')
  algorithms: ('sha-384' | 'sha-512' | 'sm3')[]?

  principals: principal[]
}

@export()
@description('One line of the registry of receivers: the container, its metadata and its readers.')
type receiver = {
  @description('Lower-case letters, digits and single hyphens; the container is receiver-<id>.')
  @minLength(1)
  @maxLength(54)
  id: string

  @minLength(1)
  legalName: string

  @description('The same in a language, where the institution has names in several.')
  legalNames: { en: string?, zhHans: string?, zhHant: string? }?

  @description('ISO 3166 code of a country or of a part of one, such as HK or CN-GD.')
  @minLength(2)
  jurisdiction: string

  domain: string?

  @description('What packages are sealed to: the public half of an age identity that never leaves the institution, age1 and 58 characters.')
  @minLength(62)
  @maxLength(62)
  encryptionKey: string

  @description('What it takes packages for.')
  @minLength(1)
  purposes: (
    | 'accountOpening'
    | 'credit'
    | 'insurance'
    | 'employment'
    | 'admission'
    | 'tenancy'
    | 'immigration'
    | 'licensing'
    | 'dueDiligence'
    | 'legal'
    | 'other')[]

  @description('For how many days it promises to keep what it was handed.')
  @minValue(1)
  @maxValue(36500)
  keepsDays: int

  @description('Who may list, get, accept and decline its packages.')
  principals: principal[]
}

@export()
@description('Sign-in of verifiers with Entra ID.')
type verifierSignIn = {
  @description('The app registration that stands for this API.')
  clientId: string

  @description('The tenant of the verifiers; without it, the tenant of the deployment.')
  tenantId: string?

  @description('Whether anonymous verification is refused.')
  required: bool
}

@export()
@description('An event hub of the institution\'s, which lets trusted services of Azure in.')
type eventHub = {
  @description('Resource id of its namespace, in the region of the deployment.')
  namespaceId: string

  name: string
}

@export()
@description('What every storage account of an environment has in common.')
type storageSettings = {
  sku: 'Standard_LRS' | 'Standard_ZRS' | 'Standard_GRS' | 'Standard_GZRS' | 'Standard_RAGRS' | 'Standard_RAGZRS'

  @description('A second layer of encryption under Azure\'s own; fixed when an account is created.')
  infrastructureEncryption: bool
}

@export()
type tagValues = {
  *: string
}
