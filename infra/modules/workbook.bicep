metadata version = '0.1.0'

import { tagValues } from 'types.bicep'

param location string
param tags tagValues
param workspaceId string

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(resourceGroup().id, 'truecopy')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: 'TrueCopy'
    category: 'workbook'
    sourceId: workspaceId
    serializedData: loadTextContent('workbook.json')
  }
}
